// A thread of a crew: waits for a run, first awake and then asleep, does items, waits again. It never returns to its event loop;
// messages are fetched when a run names a module it does not know.

import { type MessagePort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { instantiate } from "../kernels/index.js";
import {
  CALL,
  CLOSED,
  type CrewMessage,
  doItems,
  PROGRAM,
  runOf,
  SLEEPERS,
  STATE,
  spin,
  viewBlock,
} from "./crew-protocol.js";

export interface CrewWorkerData {
  readonly block: SharedArrayBuffer;
  readonly port: MessagePort;
  readonly thread: number;
  readonly spinTurns: number;
}

type Calls = readonly ((...args: readonly number[]) => number | undefined)[];

const { block: shared, port, thread, spinTurns } = workerData as CrewWorkerData;
const block = viewBlock(shared);
const { numbers } = block;
const programs = new Map<number, Calls>();

function fetchMessages(): void {
  for (;;) {
    const received = receiveMessageOnPort(port) as { readonly message: CrewMessage } | undefined;
    if (!received) return;
    const { message } = received;
    if (message.type === "end") programs.delete(message.program);
    else {
      const exports = instantiate(message.shared);
      programs.set(
        message.program,
        message.calls.map((name) => exports[name] as Calls[number]),
      );
    }
  }
}

let seen = 0;
while (Atomics.load(numbers, CLOSED) === 0) {
  if (!spin(numbers, STATE, seen, spinTurns)) {
    Atomics.add(numbers, SLEEPERS, 1);
    Atomics.wait(numbers, STATE, seen);
    Atomics.sub(numbers, SLEEPERS, 1);
  }
  seen = Atomics.load(numbers, STATE);
  // If the caller goes on to another run while this is read, `doItems` finds `state` changed and takes nothing.
  const program = Atomics.load(numbers, PROGRAM);
  if (!programs.has(program)) fetchMessages();
  const call = programs.get(program)?.[Atomics.load(numbers, CALL)];
  if (call) doItems(block, { thread, run: runOf(seen), call });
}
port.close();
