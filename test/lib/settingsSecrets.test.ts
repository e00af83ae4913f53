import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format, inspect } from "node:util";
import { expect } from "chai";
import { explain } from "../../scripts/lib/errors.ts";
import { stableStringify } from "../../scripts/lib/json.ts";
import { createLogger } from "../../scripts/lib/logger.ts";
import { Secret } from "../../scripts/lib/secret.ts";
import { url } from "../../scripts/lib/settings/kinds.ts";
import { InvalidSettings } from "../../scripts/lib/settings/problems.ts";
import { envExample, printSettings, settingsSchema, textsToHide } from "../../scripts/lib/settings/print.ts";
import { resolveSettings, type Sources } from "../../scripts/lib/settings/resolve.ts";
import { optional, secret } from "../../scripts/lib/settings/setting.ts";

const TOKEN = "hunter2-hunter2";
const TABLE = {
  token: secret({
    about: "Opens the door.",
    rule: "letters, digits and dashes",
    pattern: /^[a-z0-9-]+$/,
    example: "a word with dashes",
  }),
  node: optional(url(), { about: "A node.", example: "http://localhost:8545" }),
};

describe("settings: secrets", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "kedge-secret-"))));
  after(() => rmSync(folder, { recursive: true }));

  function written(text: string, mode: number): string {
    const path = join(folder, `${mode.toString(8)}-${text.length}`);
    writeFileSync(path, text, { mode: 0o600 });
    chmodSync(path, mode);
    return path;
  }

  function messageOf(sources: Sources): string {
    try {
      resolveSettings(TABLE, sources);
    } catch (error) {
      expect(error).to.be.instanceOf(InvalidSettings);
      const everything = [inspect(error, { depth: 9 }), explain(error), JSON.stringify(error)].join("\n");
      expect(everything).not.to.contain(TOKEN);
      return (error as Error).message;
    }
    throw new Error("nothing was wrong");
  }

  it("come from the environment, or from a file that it names, without its last line break", () => {
    const own = resolveSettings(TABLE, { env: { KEDGE_TOKEN: TOKEN } });
    expect([own.values.token!.reveal(), own.origins.token]).to.deep.equal([TOKEN, "KEDGE_TOKEN"]);
    for (const mode of [0o400, 0o600]) {
      const env = { KEDGE_TOKEN_FILE: written(`${TOKEN}\n`, mode), KEDGE_TOKEN: "" };
      const { values, origins } = resolveSettings(TABLE, { env });
      expect([values.token!.reveal(), origins.token]).to.deep.equal([TOKEN, "KEDGE_TOKEN_FILE"]);
    }
    expect(resolveSettings(TABLE, { env: {} }).values.token).to.equal(undefined);
  });

  it("are refused from a file that others can read, and it is said what to do", () => {
    for (const mode of [0o440, 0o604, 0o620, 0o601, 0o644]) {
      const path = written(TOKEN, mode);
      expect(messageOf({ env: { KEDGE_TOKEN_FILE: path } }))
        .to.contain("KEDGE_TOKEN_FILE: may be read by others")
        .and.contain(mode.toString(8))
        .and.contain("chmod 400")
        .and.contain(path);
    }
  });

  it("are refused from what is no file of a secret: nothing, a folder, a pipe, a heap of bytes", () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", ["-m", "600", pipe]);
    for (const [path, problem] of [
      [join(folder, "none"), "cannot be read: ENOENT"],
      [folder, "is not a file"],
      [pipe, "is not a file"],
      [written("x".repeat(20_000), 0o600), "20000 bytes"],
    ] as const) {
      expect(messageOf({ env: { KEDGE_TOKEN_FILE: path } }))
        .to.contain(problem)
        .and.contain(path);
    }
  });

  it("are never in two places, a flag or the file of settings, and never repeated", () => {
    const file = { path: "keeper.toml", text: `token = "${TOKEN}"` };
    const both = { KEDGE_TOKEN: TOKEN, KEDGE_TOKEN_FILE: written(TOKEN, 0o600) };
    for (const [sources, problem] of [
      [{ env: both }, "KEDGE_TOKEN: is set, and so is KEDGE_TOKEN_FILE"],
      [{ env: {}, flags: { token: TOKEN } }, "--token: a secret does not belong into a flag"],
      [{ env: {}, file }, "token in keeper.toml: a secret does not belong into the file of settings"],
      [{ env: { KEDGE_TOKEN: `${TOKEN}!` } }, "KEDGE_TOKEN: must be letters, digits and dashes"],
      [{ env: { KEDGE_TOKE: TOKEN } }, "KEDGE_TOKE: there is no such setting: KEDGE_TOKEN is meant?"],
      [{ env: { KEDGE_TOKENFILE: TOKEN } }, "KEDGE_TOKEN_FILE is meant?"],
    ] as [Sources, string][]) {
      expect(messageOf(sources)).to.contain(problem);
    }
  });

  it("are hidden from whatever prints them", () => {
    const { values, ...rest } = resolveSettings(TABLE, { env: { KEDGE_TOKEN: TOKEN } });
    const kept = values.token!;
    const logged: string[] = [];
    const log = createLogger({ level: "trace", stream: { write: (line) => logged.push(line) } });
    log.info({ values, kept, list: [kept] }, `the value is ${kept}`);
    log.error({ err: Object.assign(new Error(`with ${kept}`), { kept }) });
    const printed = [
      ...logged,
      String(kept),
      `${kept}`,
      [kept, kept].join(),
      format("%s %o %O %j %d", kept, kept, kept, kept, kept),
      inspect(kept, { showHidden: true, getters: true, customInspect: false, depth: 9 }),
      inspect({ values }, { showHidden: true, depth: 9, showProxy: true }),
      JSON.stringify(values),
      stableStringify({ values }),
      JSON.stringify({ ...kept, ...Object.getOwnPropertyDescriptors(kept) }),
      JSON.stringify(Object.entries(kept)),
      printSettings(TABLE, { values, ...rest }),
      JSON.stringify(settingsSchema(TABLE, "x")),
      envExample(TABLE, []),
    ].join("\n");
    expect(printed).not.to.contain(TOKEN).and.not.contain("hunter2");
    expect(printed).to.contain("(set)").and.contain("[secret]");
  });

  it("are told to the log, with the passwords and keys of URLs, so that it hides them wherever they come from", () => {
    const node =
      "https://user:pass%21word@host/v3/0123456789abcdef0123?apikey=fedcba9876543210fedc&net=mainnet";
    const resolved = resolveSettings(TABLE, { env: { KEDGE_TOKEN: TOKEN, KEDGE_NODE: node } });
    expect(textsToHide(resolved)).to.have.members([
      TOKEN,
      "pass%21word",
      "pass!word",
      ...Array<string>(2).fill("0123456789abcdef0123"),
      ...Array<string>(2).fill("fedcba9876543210fedc"),
    ]);
    const logged: string[] = [];
    const stream = { write: (line: string) => logged.push(line) };
    createLogger({ stream, secrets: textsToHide(resolved) }).info(`tried ${node} with ${TOKEN} on mainnet`);
    expect(logged.join("")).to.match(
      /tried https:\/\/\[redacted\]@host\/v3\/\[redacted\]\?apikey=\[redacted\]&net=mainnet with \[redacted\] on mainnet/,
    );
  });

  it("are equal to their own text only when revealed", () => {
    expect(new Secret(TOKEN).reveal()).to.equal(TOKEN);
    expect(Object.keys(new Secret(TOKEN))).to.deep.equal([]);
  });
});
