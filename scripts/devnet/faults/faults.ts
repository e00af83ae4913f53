/// What a faulty node does. Several may be combined; a later one works on what the earlier ones left.
export type Fault = (TransportFault | AnswerFault | BeaconFault | ExecutionFault) & {
  /// How often, from 0 to 1, by the proxy's seeded randomness; a batch of JSON-RPC is one request. Default: always.
  share?: number;
};

/// No proper answer comes back.
export type TransportFault =
  /// The connection breaks, as when nothing listens.
  | { kind: "dead" }
  /// The request is taken, and nothing ever answered.
  | { kind: "hang" }
  | { kind: "status"; status: number }
  /// Status 200 and random bytes, called JSON.
  | { kind: "garbage" }
  /// Status 200 and the first half of the answer.
  | { kind: "truncated" }
  /// Status 200 and the page of some gateway.
  | { kind: "html" };

/// A proper answer that is not true.
export type AnswerFault =
  /// One field of the answers to the requests whose path (Beacon API) or method (JSON-RPC) contains `to`: `data.finalized.epoch`, `result`.
  | { kind: "lie"; to: string; field: string; value: unknown }
  /// Requests whose path contains `to` are answered with "not found".
  | { kind: "notFound"; to: string }
  /// The clock of the node is off: the date of its answers, and the times of execution blocks.
  | { kind: "clock"; seconds: number }
  /// Another network: genesis root and deposit contract's chain, or the chain id.
  | { kind: "wrongChain"; chainId: number };

export type BeaconFault =
  /// The node is so many slots behind: knows no later block or state.
  | { kind: "lag"; slots: number }
  /// Nothing was ever finalized.
  | { kind: "forgetsFinality" }
  /// A fork beyond those of the chain is announced.
  | { kind: "fork"; name: string; version: string; epoch: number }
  /// One byte of every state sent as SSZ is another.
  | { kind: "alteredState" };

export type ExecutionFault =
  /// The node is so many blocks behind.
  | { kind: "oldBlocks"; blocks: number }
  /// Transactions are taken with thanks, and lost.
  | { kind: "dropsTransactions" }
  /// Transactions are refused: the pool of the node is full, say.
  | { kind: "refusesTransactions"; message: string };

export function faultOf<K extends Fault["kind"]>(faults: readonly Fault[], kind: K) {
  return faults.find((fault): fault is Extract<Fault, { kind: K }> => fault.kind === kind);
}
