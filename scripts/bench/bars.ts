/// What an operation must not exceed, and what it costs elsewhere; measured on local chains from the peers' own contracts
/// through the proxies that they use in production. Gas of one mined transaction, unless the name says "execution".
export interface Bar {
  /// None where docs/decisions says why there can be none.
  bar?: number;
  peer: string;
  peerGas: number;
  /// The least that the EVM charges for such a call. None where nobody has reckoned it.
  floor?: number;
}

export const BARS = {
  "stake 1 ETH, new holder": { bar: 58_000, peer: "StakeWise vault", peerGas: 70_909, floor: 50_313 },
  "stake 1 ETH, holder": { bar: 41_000, peer: "StakeWise vault", peerGas: 53_809, floor: 33_213 },
  "transfer kETH, new receiver": { bar: 59_000, peer: "Liquid Collective", peerGas: 83_678, floor: 50_996 },
  "transfer kETH, holder": { bar: 42_000, peer: "Liquid Collective", peerGas: 66_578, floor: 33_896 },
  "transfer wkETH, holder": { bar: 37_000, peer: "Frax", peerGas: 34_228, floor: 33_896 },
  "wrap, holder": { bar: 63_000, peer: "Frax", peerGas: 67_792, floor: 45_000 },
  "unwrap, partial": { bar: 61_000, peer: "Frax", peerGas: 61_189, floor: 42_000 },
  "stake straight into wkETH, holder": { bar: 66_000, peer: "Lido", peerGas: 100_662, floor: 45_000 },
  "balanceOf kETH, cold, execution": { bar: 6_500, peer: "Lido", peerGas: 29_819, floor: 4_300 },
  "rate of wkETH, cold, execution": { bar: 7_000, peer: "Lido", peerGas: 32_794, floor: 2_200 },
  "request a withdrawal, first": { bar: 104_000, peer: "Frax", peerGas: 133_606, floor: 80_000 },
  "request a withdrawal, again": { bar: 87_000, peer: "Frax", peerGas: 133_606, floor: 63_000 },
  "each further request in a batch": { bar: 29_000, peer: "Lido", peerGas: 114_700, floor: 24_000 },
  "finalise inside a report, 1 ticket": {
    bar: 62_000,
    peer: "Mantle (alone)",
    peerGas: 78_699,
    floor: 45_000,
  },
  "finalise inside a report, 100 tickets": {
    bar: 62_000,
    peer: "Mantle (alone)",
    peerGas: 78_699,
    floor: 45_000,
  },
  "finalise inside a report, 1,000 tickets": {
    bar: 62_000,
    peer: "Mantle (alone)",
    peerGas: 78_699,
    floor: 45_000,
  },
  "finalise alone, 1 ticket": { bar: 90_000, peer: "Mantle", peerGas: 78_699, floor: 45_000 },
  "finalise alone, 100 tickets": { bar: 90_000, peer: "Mantle", peerGas: 78_699, floor: 45_000 },
  "finalise alone, 1,000 tickets": { bar: 90_000, peer: "Mantle", peerGas: 78_699, floor: 45_000 },
  "claim, no hint, 1,000 checkpoints": { bar: 75_000, peer: "Lido", peerGas: 116_888, floor: 45_000 },
  "claim with a hint": { bar: 53_800, peer: "StakeWise", peerGas: 53_855, floor: 38_000 },
  "each further claim in a batch": { bar: 21_000, peer: "Lido", peerGas: 33_000, floor: 15_000 },
  "instant exit, holder": { peer: "none", peerGas: 0, floor: 75_000 },
  "report, 7 of 9 signatures, no vault pulled": {
    bar: 220_000,
    peer: "StakeWise",
    peerGas: 230_736,
    floor: 150_000,
  },
  "report with two vaults and finalisation": {
    bar: 265_000,
    peer: "StakeWise",
    peerGas: 230_736,
    floor: 150_000,
  },
  "each further signature": { bar: 7_500, peer: "StakeWise", peerGas: 7_260, floor: 6_500 },
  "report with a root of operators' figures": { peer: "none", peerGas: 0 },
  "park a report": { peer: "none", peerGas: 0 },
  "submit proven balances of a parked report": { peer: "none", peerGas: 0 },
  "conclude a parked report": { peer: "none", peerGas: 0 },
  "book proven balances in place of a parked report": { peer: "none", peerGas: 0 },
  "register 10 keys, published": { bar: 97_000, peer: "ether.fi", peerGas: 632_720, floor: 78_600 },
  "register keys, root alone": { bar: 60_000, peer: "ether.fi", peerGas: 632_720, floor: 45_000 },
  "predeposit of ten, curated": { bar: 540_000, peer: "StakeWise", peerGas: 568_333, floor: 440_000 },
  "predeposit of one, checked": { peer: "none", peerGas: 0, floor: 216_000 },
  "predeposit of ten, checked": { peer: "none", peerGas: 0, floor: 1_951_000 },
  "prove and top up one": { bar: 156_000, peer: "Lido", peerGas: 156_633, floor: 110_000 },
  "prove and top up, each of ten": { bar: 90_000, peer: "Lido", peerGas: 156_633, floor: 65_000 },
  "prove a slashing": { bar: 150_000, peer: "none", peerGas: 0, floor: 91_000 },
  "exit of a stopped operator, one": { bar: 170_000, peer: "Lido", peerGas: 295_361, floor: 90_000 },
  "exits of a stopped operator, ten": { bar: 900_000, peer: "Lido", peerGas: 1_185_330, floor: 300_000 },
  "one exit by the draw": { peer: "Lido", peerGas: 295_361, floor: 206_000 },
  "exits by the draw, ten": { bar: 900_000, peer: "Lido", peerGas: 1_185_330, floor: 600_000 },
  "finalise alone, paid": { peer: "none", peerGas: 0 },
  "prove and top up one, paid": { peer: "none", peerGas: 0 },
  "prove and top up ten, paid": { peer: "none", peerGas: 0 },
  "settle a slashing, paid": { peer: "none", peerGas: 0 },
  "prove a withdrawn validator, paid": { peer: "none", peerGas: 0 },
  "one exit by the draw, paid": { peer: "none", peerGas: 0 },
  "exits by the draw, ten, paid": { peer: "none", peerGas: 0 },
  "a partial withdrawal, paid": { peer: "none", peerGas: 0 },
  "pay the submitter of a report": { peer: "none", peerGas: 0 },
  "propose, one call": { peer: "none", peerGas: 0 },
  "cast a vote, first of a proposal": { peer: "none", peerGas: 0 },
  "cast a vote": { bar: 80_000, peer: "Rocket Pool", peerGas: 174_868, floor: 55_000 },
  "override a delegate's vote": { peer: "none", peerGas: 0 },
} satisfies Record<string, Bar>;

export type Operation = keyof typeof BARS;
export type Measured = Map<Operation, number>;
