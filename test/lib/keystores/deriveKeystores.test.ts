import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { ConfigurationError, FatalError } from "../../../scripts/lib/errors.ts";
import { seedFromMnemonic, validatorKeys } from "../../../scripts/lib/keys.ts";
import {
  deriveKeystores,
  requireNoKeystores,
  type DeriveOptions,
} from "../../../scripts/lib/keystores/deriveKeystores.ts";
import { openKeystore, parseKeystore, sealKey } from "../../../scripts/lib/keystores/keystore.ts";
import { errorOf, useFolder, WEAK, WORDS } from "./support.ts";

const PASSWORD = "correct horse battery";
const NAMES = [2, 3, 4].map((i) => `keystore-m_12381_3600_${i}_0_0.json`);

describe("keystores: derived", () => {
  const { path } = useFolder();
  const derive = (more: Partial<DeriveOptions> = {}) =>
    deriveKeystores({
      ...{ mnemonic: WORDS, password: PASSWORD, folder: path("keys"), first: 2, count: 3, cost: WEAK },
      ...more,
    });
  /** Files that are not at their place yet. */
  const hidden = () => {
    const [folder] = readdirSync(path("keys")).filter((name) => name.startsWith("."));
    return NAMES.map((name) => path("keys", folder!, name));
  };

  it("are the keys of EIP-2334, under the password, in files that only their owner can read", async () => {
    const written = await derive();
    const keys = validatorKeys(seedFromMnemonic(WORDS), 2, 3);
    expect(written).to.deep.equal(
      keys.map(({ index, path: keyPath, pubkey }, i) => ({
        ...{ index, path: keyPath, pubkey },
        file: path("keys", NAMES[i]!),
      })),
    );
    for (const [i, { file }] of written.entries()) {
      const secretKey = await openKeystore(parseKeystore(readFileSync(file, "utf8"), file), PASSWORD);
      expect(secretKey.toHex()).to.equal(keys[i]!.secretKey.toHex());
      expect(statSync(file).mode & 0o777).to.equal(0o400);
    }
    expect(statSync(path("keys")).mode & 0o777).to.equal(0o700);
    expect(readdirSync(path("keys"))).to.deep.equal(NAMES);
  });

  it("join others in a folder, and replace none: the one that is there is named, nothing is written", async () => {
    await derive({ count: 1 });
    await derive({ first: 3, count: 1 });
    const before = readFileSync(path("keys", NAMES[0]!), "utf8");
    for (const attempt of [derive, () => requireNoKeystores({ folder: path("keys"), first: 1, count: 2 })]) {
      const error = await errorOf(attempt);
      expect(error).to.be.instanceOf(FatalError);
      expect(error.message).to.equal(
        `${path("keys", NAMES[0]!)} exists already and stays as it is; nothing was written`,
      );
    }
    expect(readdirSync(path("keys"))).to.deep.equal(NAMES.slice(0, 2));
    expect(readFileSync(path("keys", NAMES[0]!), "utf8")).to.equal(before);
  });

  it("are none where one of their names is taken while they are made", async () => {
    const error = await errorOf(() =>
      derive({
        onProgress: (stage, done) => {
          if (stage === "checked" && done === 3) writeFileSync(path("keys", NAMES[1]!), "of somebody else");
        },
      }),
    );
    expect(error.message).to.contain(NAMES[1]).and.contain("exists already");
    expect(readdirSync(path("keys"))).to.deep.equal([NAMES[1]]);
    expect(readFileSync(path("keys", NAMES[1]!), "utf8")).to.equal("of somebody else");
  });

  it("are none where one reads otherwise than it was written, and say which", async () => {
    const [, other] = validatorKeys(seedFromMnemonic(WORDS), 8, 2);
    for (const [text, complaint] of [
      ["", `${NAMES[2]} is not JSON`],
      [await sealKey(other!, PASSWORD, WEAK), `${NAMES[2]} reads otherwise than written`],
      [
        await sealKey({ ...other!, path: "m/12381/3600/4/0/0" }, PASSWORD, WEAK),
        "reads otherwise than written",
      ],
      [await sealKey(other!, "another password", WEAK), `${NAMES[2]}: the password is wrong`],
    ] as const) {
      const error = await errorOf(() =>
        derive({
          onProgress: (stage, done) => {
            if (stage !== "written" || done < 3) return;
            rmSync(hidden()[2]!);
            writeFileSync(hidden()[2]!, text);
          },
        }),
      );
      expect(error.message).to.contain(complaint);
      expect(readdirSync(path()), "the folder made for them").to.deep.equal([]);
    }
  });

  it("are not to be seen before all are checked", async () => {
    const seen: string[][] = [];
    await derive({
      onProgress: () => void seen.push(readdirSync(path("keys")).filter((name) => !name.startsWith("."))),
    });
    expect(seen).to.deep.equal(Array.from({ length: 6 }, () => []));
  });

  it("are none where somebody stops it in between", async () => {
    mkdirSync(path("keys"));
    for (const when of ["written", "checked"]) {
      const stop = new AbortController();
      let told = 0;
      const error = await errorOf(() =>
        derive({
          signal: stop.signal,
          onProgress: (stage) => {
            told++;
            if (stage === when) stop.abort(new FatalError("stopped"));
          },
        }),
      );
      expect(error.message).to.equal("stopped");
      expect(told, "keys after it").to.equal(when === "written" ? 1 : 4);
      expect(readdirSync(path("keys"))).to.deep.equal([]);
    }
  });

  it("need a folder that is one", async () => {
    writeFileSync(path("keys"), "a file");
    const error = await errorOf(derive);
    expect(error).to.be.instanceOf(ConfigurationError);
    expect(error.message).to.contain(path("keys"));
    expect(await errorOf(() => derive({ folder: path("not", "there") }))).to.be.instanceOf(
      ConfigurationError,
    );
  });

  it("need a mnemonic that is one, and leave nothing without it", async () => {
    const error = await errorOf(() => derive({ mnemonic: WORDS.replace("art", "abandon") }));
    expect(error.message).to.contain("mnemonic").and.not.contain("abandon");
    expect(readdirSync(join(path()))).to.deep.equal([]);
  });
});
