import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The cost of scrypt where a test does not look at it. */
export const WEAK = 2 ** 4;
/** 24 words of no entropy at all. */
export const WORDS = `${"abandon ".repeat(23)}art`;

/** The test vectors of EIP-2335. */
export const VECTOR_PASSWORD = "𝔱𝔢𝔰𝔱𝔭𝔞𝔰𝔰𝔴𝔬𝔯𝔡🔑";
export const VECTOR_SECRET = "0x000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f";
const SALT = "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3";
const COMMON = {
  pubkey: "9612d7a727c9d0a22e185a1c768478dfe919cada9266988cb32359c11f2b7b27f4ae4040902382ae2910c15e2b420d07",
  uuid: "1d85ae20-35c5-4611-98e8-aa14a633906f",
  path: "m/12381/60/3141592653/589793238",
  version: 4,
};
const aes = (message: string) => ({
  function: "aes-128-ctr",
  params: { iv: "264daa3f303d7259501c93d997d84fe6" },
  message,
});
export const SCRYPT_VECTOR = {
  crypto: {
    kdf: { function: "scrypt", params: { dklen: 32, n: 262144, p: 1, r: 8, salt: SALT }, message: "" },
    checksum: {
      function: "sha256",
      params: {},
      message: "d2217fe5f3e9a1e34581ef8a78f7c9928e436d36dacc5e846690a5581e8ea484",
    },
    cipher: aes("06ae90d55fe0a6e9c5c3bc5b170827b2e5cce3929ed3f116c2811e6366dfe20f"),
  },
  ...COMMON,
};
export const PBKDF2_VECTOR = {
  crypto: {
    kdf: {
      function: "pbkdf2",
      params: { dklen: 32, c: 262144, prf: "hmac-sha256", salt: SALT },
      message: "",
    },
    checksum: {
      function: "sha256",
      params: {},
      message: "8a9f5d9912ed7e75ea794bc5a89bca5f193721d30868ade6f73043c6ea6febf1",
    },
    cipher: aes("cee03fde2af33149775b7223e7845e4fb2c8ae1792e5f99fe9ecf474cc8c16ad"),
  },
  ...COMMON,
};

/** A folder of its own for each test, gone afterwards. */
export function useFolder(): { path: (...names: string[]) => string } {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "kedge-keys-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return { path: (...names) => join(folder, ...names) };
}

/** What was thrown; something must be. */
export async function errorOf(failing: Promise<unknown> | (() => Promise<unknown>)): Promise<Error> {
  try {
    await (typeof failing === "function" ? failing() : failing);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was thrown");
}
