import { parameter } from "./schema.ts";
import type { OwnParameters } from "./public.ts";
import { TESTNET } from "./testnet.ts";

/// Sepolia has few validators, all of them of those who were let in: its deposit contract is another one, and takes deposits
/// only from holders of its token. Contracts, votes and tickets can be tried there, validators cannot.
export const SEPOLIA: OwnParameters = {
  ...TESTNET,
  sweepEpochs: parameter(8n, "epochs", "some 2,000 validators, 16 a block"),
};
