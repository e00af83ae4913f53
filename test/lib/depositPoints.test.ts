import { SecretKey } from "@chainsafe/blst";
import { expect } from "chai";
import { getBytes, hexlify } from "ethers";
import { compoundingCredentials, signDeposit } from "../../scripts/lib/depositData.ts";
import { yCoordinates, type Fp, type YCoordinates } from "../../scripts/lib/depositPoints.ts";
import { FatalError } from "../../scripts/lib/errors.ts";
import { compileHarness } from "./solidity.ts";

/** EIP-2537, "Curve parameters". */
const P = 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn;
const GENERATOR_Y =
  0x08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1n;
const FORK = "0x00000001";
const CREDENTIALS = compoundingCredentials("0x5FbDB2315678afecb367f032d93F642f64180aa3");
const AMOUNT_GWEI = 1_000_000_000n;

/** The project's own library behind an external function. */
const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
import {DepositSignature} from "contracts/libraries/DepositSignature.sol";
contract DepositSignature__Harness {
    function isValid(bytes calldata pubkey, bytes calldata signature, bytes32 credentials, uint64 amountGwei,
        bytes4 forkVersion, DepositSignature.YCoordinates calldata y) external view returns (bool) {
        bytes32 domain = DepositSignature.domain(forkVersion);
        return DepositSignature.isValid(pubkey, signature, credentials, amountGwei, domain, y);
    }
}`;

const keys = Array.from({ length: 12 }, (_, i) => SecretKey.fromKeygen(new Uint8Array(32).fill(i + 1)));
const deposits = keys.map((key) =>
  signDeposit(key, { withdrawalCredentials: CREDENTIALS, amountGwei: AMOUNT_GWEI }, FORK),
);
const infinity = (length: number) => `0xc0${"00".repeat(length - 1)}`;
/** x = 0: a point of order three on the curve, and none at all on the twist. */
const xZero = (length: number) => `0x80${"00".repeat(length - 1)}`;

function big({ high, low }: Fp): bigint {
  return (high << 256n) + low;
}

function mod(value: bigint): bigint {
  return ((value % P) + P) % P;
}

/** The `i`-th 48 bytes, without flags. */
function coefficient(hex: string, i: number): bigint {
  const bytes = getBytes(hex).slice(48 * i, 48 * (i + 1));
  return BigInt(hexlify(bytes)) % (1n << 381n);
}

function isLarger(y: bigint): boolean {
  return y > P - y;
}

describe("points of deposits", () => {
  it("gives the generator's y for the secret key 1", () => {
    const one = SecretKey.fromBytes(Uint8Array.from({ length: 32 }, (_, i) => (i === 31 ? 1 : 0)));
    const pubkey = hexlify(one.toPublicKey().toBytes());
    const { signature } = deposits[0]!;
    expect(big(yCoordinates({ pubkey, signature }).pubkey)).to.equal(GENERATOR_Y);
  });

  it("gives the y that the curve's equation and the sign flag ask for", () => {
    const signs = new Set<string>();
    for (const { pubkey, signature } of deposits) {
      const y = yCoordinates({ pubkey, signature });
      const keyY = big(y.pubkey);
      expect(mod(keyY ** 2n), "y² = x³ + 4").to.equal(mod(coefficient(pubkey, 0) ** 3n + 4n));
      const keySign = (getBytes(pubkey)[0]! & 0x20) !== 0;
      expect(keySign).to.equal(isLarger(keyY));

      // (a + bv)² = a² - b² + 2abv; (a + bv)³ = a³ - 3ab² + (3a²b - b³)v; the twist: y² = x³ + 4 + 4v
      const [a, b] = [coefficient(signature, 1), coefficient(signature, 0)];
      const [c0, c1] = [big(y.signature.c0), big(y.signature.c1)];
      expect(mod(c0 ** 2n - c1 ** 2n), "c0 of y²").to.equal(mod(a ** 3n - 3n * a * b ** 2n + 4n));
      expect(mod(2n * c0 * c1), "c1 of y²").to.equal(mod(3n * a ** 2n * b - b ** 3n + 4n));
      const signatureSign = (getBytes(signature)[0]! & 0x20) !== 0;
      expect(signatureSign).to.equal(isLarger(c1));
      signs.add(`${keySign} ${signatureSign}`);
    }
    expect(signs.size, "both signs of both points").to.equal(4);
  });

  it("refuses what is no point of the subgroup, and infinity", () => {
    const { pubkey, signature } = deposits[0]!;
    const above = hexlify(Uint8Array.from({ length: 48 }, (_, i) => (i === 0 ? 0x9f : 0xff)));
    for (const bad of [infinity(48), xZero(48), above, `0x${"00".repeat(48)}`]) {
      expect(() => yCoordinates({ pubkey: bad, signature }), bad).to.throw(
        FatalError,
        "the pubkey is no valid",
      );
    }
    for (const bad of [infinity(96), xZero(96), `0x${"00".repeat(96)}`]) {
      expect(() => yCoordinates({ pubkey, signature: bad }), bad).to.throw(
        FatalError,
        "the signature is no valid",
      );
    }
  });

  it("refuses wrong lengths, uncompressed points among them", () => {
    const { pubkey, signature } = deposits[0]!;
    const uncompressed = hexlify(keys[0]!.toPublicKey().toBytes(false));
    for (const bad of ["0x", pubkey.slice(0, -2), `${pubkey}00`, uncompressed]) {
      expect(() => yCoordinates({ pubkey: bad, signature })).to.throw(FatalError, "pubkey must be 48 bytes");
    }
    for (const bad of ["0x", signature.slice(0, -2), `${signature}00`]) {
      expect(() => yCoordinates({ pubkey, signature: bad })).to.throw(
        FatalError,
        "signature must be 96 bytes",
      );
    }
  });

  it("is what the contract asks for", async () => {
    const deploy = await compileHarness(SOURCE);
    const harness = await deploy("DepositSignature__Harness");
    const isValid = (i: number, y: YCoordinates, amountGwei = AMOUNT_GWEI) => {
      const { pubkey, signature } = deposits[i]!;
      const check = harness.getFunction("isValid");
      return check.staticCall(pubkey, signature, CREDENTIALS, amountGwei, FORK, y) as Promise<boolean>;
    };
    for (let i = 0; i < deposits.length; ++i) {
      const y = yCoordinates(deposits[i]!);
      expect(await isValid(i, y), `deposit ${i}`).to.equal(true);
      expect(await isValid(i, y, AMOUNT_GWEI + 1n), `another amount in ${i}`).to.equal(false);
      const { c0, c1 } = y.signature;
      expect(await isValid(i, { ...y, signature: { c0: c1, c1: c0 } }), `swapped in ${i}`).to.equal(false);
    }
  });
});
