import type { OwnParameters } from "./public.ts";
import { TESTNET } from "./testnet.ts";

/// Hoodi has mainnet's deposit contract, and as many validators as mainnet.
export const HOODI: OwnParameters = TESTNET;
