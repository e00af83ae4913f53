/// Generalized indices of what the verifier reads in a beacon state, by the fork that brought them.

/// Of Electra, and of Fulu, which adds one field behind all of these.
export const ELECTRA_INDICES = {
  validators: 75n,
  balances: 76n,
  randaoMixes: 77n,
  historicalSummaries: 91n,
  pendingDeposits: 98n,
  pendingPartials: 99n,
  pendingConsolidations: 100n,
} as const;
