// The cheapest one-to-one assignment of rows to columns (rows ≤ columns): min Σ_i cost[i, columnOf(i)].
//
// Shortest augmenting paths with dual prices u, v (Jonker and Volgenant, 10.1007/BF02278710; Crouse,
// 10.1109/TAES.2016.140952): every row adds one path, found by Dijkstra over the reduced costs c − u − v ≥ 0. O(rows² columns).
// Ties go to a free column first, then to the lowest, so the answer is a function of the input alone.

import { expectShape, type F64, InputError, NumericError } from "../base/index.js";

export interface Assignment {
  readonly columnOf: Int32Array; // [rows]
  /** Σ_i cost[i, columnOf(i)], summed over rows in order. */
  readonly total: number;
}

/** `cost` [rows, columns]; +Infinity forbids a pair. Throws when rows > columns or no assignment is allowed. */
export function assignment(cost: F64, rows: number, columns: number): Assignment {
  expectShape("cost", cost, [rows, columns]);
  if (rows > columns)
    throw new InputError(
      `${rows} rows cannot each have one of ${columns} columns`,
      "transpose the cost, so that rows ≤ columns",
    );
  for (let i = 0; i < cost.length; i++) {
    if (Number.isNaN(cost[i]!) || cost[i] === Number.NEGATIVE_INFINITY) {
      throw new NumericError(
        `cost of row ${Math.floor(i / columns) + 1}, column ${(i % columns) + 1} is ${cost[i]}`,
        "costs are numbers or +Infinity",
      );
    }
  }
  const state: State = {
    rows,
    columns,
    rowPrice: new Float64Array(rows),
    columnPrice: new Float64Array(columns),
    rowOf: new Int32Array(columns).fill(-1),
    columnOf: new Int32Array(rows).fill(-1),
    distance: new Float64Array(columns),
    cameFrom: new Int32Array(columns),
    done: new Uint8Array(columns),
  };
  for (let row = 0; row < rows; row++) addRow(cost, state, row);
  let total = 0;
  for (let i = 0; i < rows; i++) total += cost[i * columns + state.columnOf[i]!]!;
  return { columnOf: state.columnOf, total };
}

interface State {
  readonly rows: number;
  readonly columns: number;
  readonly rowPrice: Float64Array;
  readonly columnPrice: Float64Array;
  readonly rowOf: Int32Array; // [columns] −1 while free
  readonly columnOf: Int32Array;
  readonly distance: Float64Array; // [columns] shortest reduced cost from the new row
  readonly cameFrom: Int32Array; // [columns] row before the column on that path
  readonly done: Uint8Array;
}

/** Finds the shortest path from `row` to a free column, updates the prices and turns the path over. */
function addRow(cost: F64, state: State, row: number): void {
  const { columns, rowPrice, columnPrice, rowOf, columnOf, distance, cameFrom, done } = state;
  distance.fill(Number.POSITIVE_INFINITY);
  done.fill(0);
  let reached = 0;
  let current = row;
  let end = -1;
  while (end < 0) {
    let nearest = -1;
    for (let j = 0; j < columns; j++) {
      if (done[j]) continue;
      const through = reached + cost[current * columns + j]! - rowPrice[current]! - columnPrice[j]!;
      if (through < distance[j]!) {
        distance[j] = through;
        cameFrom[j] = current;
      }
      const better = nearest < 0 || distance[j]! < distance[nearest]!;
      // Of equally near columns a free one ends the search at once.
      const freeTie = nearest >= 0 && distance[j] === distance[nearest] && rowOf[j]! < 0 && rowOf[nearest]! >= 0;
      if (better || freeTie) nearest = j;
    }
    if (nearest < 0 || distance[nearest] === Number.POSITIVE_INFINITY) {
      throw new InputError(
        `no allowed assignment: row ${row + 1} has no column left`,
        "fewer pairs must be forbidden (cost +Infinity)",
        { row },
      );
    }
    reached = distance[nearest]!;
    done[nearest] = 1;
    if (rowOf[nearest]! < 0) end = nearest;
    else current = rowOf[nearest]!;
  }
  rowPrice[row]! += reached;
  for (let j = 0; j < columns; j++) {
    if (!done[j] || j === end) continue;
    const slack = reached - distance[j]!;
    rowPrice[rowOf[j]!]! += slack;
    columnPrice[j]! -= slack;
  }
  for (let j = end; ; ) {
    const i = cameFrom[j]!;
    rowOf[j] = i;
    const next = columnOf[i]!;
    columnOf[i] = j;
    if (i === row) return;
    j = next;
  }
}
