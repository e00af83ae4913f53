import "./minimalPreset.ts";
import { PublicKey, Signature, verify } from "@chainsafe/blst";
import { DOMAIN_VOLUNTARY_EXIT } from "@lodestar/params";
import { computeDomain, computeSigningRoot } from "@lodestar/state-transition";
import { ssz } from "@lodestar/types";
import { expect } from "chai";
import { getBytes } from "ethers";
import { seedFromMnemonic, validatorKey } from "../../scripts/lib/keys.ts";
import { signVoluntaryExit } from "../../scripts/lib/voluntaryExit.ts";

describe("lib: voluntary exits", () => {
  it("signs what Lodestar would verify", () => {
    const seed = seedFromMnemonic("test test test test test test test test test test test junk");
    const { secretKey, pubkey } = validatorKey(seed, 0);
    const message = { epoch: 269_568, validatorIndex: 1_234_567 };
    const network = { capellaForkVersion: "0x03000000", genesisValidatorsRoot: `0x${"4b".repeat(32)}` };

    const signed = signVoluntaryExit(secretKey, message, network);

    const domain = computeDomain(
      DOMAIN_VOLUNTARY_EXIT,
      getBytes(network.capellaForkVersion),
      getBytes(network.genesisValidatorsRoot),
    );
    const root = computeSigningRoot(ssz.phase0.VoluntaryExit, message, domain);
    expect(signed).to.include(message);
    expect(verify(root, PublicKey.fromHex(pubkey), Signature.fromHex(signed.signature))).to.be.true;
  });
});
