import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import { ConfigurationError } from "../../../scripts/lib/errors.ts";
import { readSecretFile, requireStrength, takeVariable } from "../../../scripts/lib/keystores/secrets.ts";
import { errorOf, useFolder } from "./support.ts";

const SECRET = "hunter2 hunter2 hunter2";

describe("keystores: secrets", () => {
  const { path } = useFolder();
  const write = (content: string | Uint8Array, mode = 0o400) => {
    writeFileSync(path("secret"), content);
    chmodSync(path("secret"), mode);
    return path("secret");
  };

  it("are the line of a file that only its owner can read, blanks and all", async () => {
    for (const content of [SECRET, `${SECRET}\n`, `${SECRET}\r\n`]) {
      const file = write(content, 0o600);
      expect(await readSecretFile(file, "--password-file")).to.equal(SECRET);
    }
    expect(await readSecretFile(write(` ${SECRET} `, 0o600), "--password-file")).to.equal(` ${SECRET} `);
  });

  it("are refused from other files, without a word of them or of their path", async () => {
    const cases: [() => string, string][] = [
      [() => write(SECRET, 0o440), "others can read"],
      [() => write(SECRET, 0o604), "others can read"],
      [() => write(`${SECRET}\n${SECRET}\n`, 0o600), "more than one line"],
      [() => write(" \n", 0o600), "empty"],
      [() => write(new Uint8Array([0xff, 0xfe]), 0o600), "cannot be read"],
      [() => write("a".repeat(5_000), 0o600), "longer than"],
      [() => SECRET, "ENOENT"],
      [() => (mkdirSync(path("folder")), path("folder")), "is no file"],
    ];
    for (const [prepare, complaint] of cases) {
      const given = prepare();
      const error = await errorOf(readSecretFile(given, "--password-file"));
      expect(error).to.be.instanceOf(ConfigurationError);
      expect(error.message).to.contain("--password-file").and.contain(complaint).and.not.contain(given);
      expect(`${error.message}${String(error.stack)}`).not.to.contain("hunter2");
      expect(error.cause).to.equal(undefined);
    }
  });

  it("leave the environment when they are taken from it", () => {
    const environment = { KEDGE_KEYSTORE_PASSWORD: SECRET };
    expect(takeVariable("KEDGE_KEYSTORE_PASSWORD", environment)).to.equal(SECRET);
    expect(environment).to.deep.equal({});
    expect(takeVariable("KEDGE_KEYSTORE_PASSWORD", environment)).to.equal(undefined);
  });

  it("are long enough where they are new; what EIP-2335 strips does not count", () => {
    requireStrength("123456789012", "--password-file");
    for (const password of ["12345678901", "12345678901\u0007\n", "12345678901\u0085"]) {
      expect(() => requireStrength(password, "--password-file"))
        .to.throw(ConfigurationError, "fewer than 12")
        .and.have.property("message")
        .that.does.not.contain("12345");
    }
  });
});
