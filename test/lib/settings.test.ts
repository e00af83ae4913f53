import { expect } from "chai";
import { ConfigurationError } from "../../scripts/lib/errors.ts";
import { amount, listOf, onOrOff, oneOf, url, wholeNumber } from "../../scripts/lib/settings/kinds.ts";
import { envName, flagName, nearest } from "../../scripts/lib/settings/names.ts";
import { InvalidSettings } from "../../scripts/lib/settings/problems.ts";
import { resolveSettings, type Sources } from "../../scripts/lib/settings/resolve.ts";
import { derived, optional, required, withDefault } from "../../scripts/lib/settings/setting.ts";

const TABLE = {
  pollSeconds: withDefault(wholeNumber(1, 60), 12, { about: "How often.", unit: "seconds", example: "12" }),
  urls: required(listOf(url(), { least: 1 }), { about: "Nodes.", example: "http://localhost:5052" }),
  quorum: derived(
    wholeNumber(1, 9),
    { text: "all", from: ["urls"], of: ({ urls }) => (urls as string[]).length },
    {
      about: "How many agree.",
      example: "2",
      check: {
        from: ["urls"],
        problem: (quorum, { urls }) =>
          quorum > (urls as string[]).length ? "must be at most the number of urls" : undefined,
      },
    },
  ),
  dryRun: withDefault(onOrOff(), true, { about: "Sends nothing.", example: "true" }),
  color: withDefault(oneOf("red", "blue"), "red", { about: "Of the page.", example: "blue" }),
  maxFee: withDefault(amount("gwei"), 5n, { about: "At most.", unit: "gwei", example: "30" }),
  level: optional(wholeNumber(0, 9), {
    about: "How blue.",
    example: "3",
    needed: { when: "where color is blue", from: ["color"], of: ({ color }) => color === "blue" },
  }),
};
const URLS = { KEDGE_URLS: "http://a" };

function resolve({ env = URLS, toml, flags }: Partial<Sources> & { toml?: string } = {}) {
  return resolveSettings(TABLE, { env, flags, file: toml === undefined ? undefined : file(toml) });
}

const file = (text: string) => ({ path: "keeper.toml", text });

function problemsOf(sources: Parameters<typeof resolve>[0]): readonly ConfigurationError[] {
  try {
    resolve(sources);
  } catch (error) {
    expect(error).to.be.instanceOf(InvalidSettings);
    return (error as InvalidSettings).problems;
  }
  return [];
}

describe("settings", () => {
  it("are taken from the flag, else the environment, else the file, else the default", () => {
    const flags = { pollSeconds: "1" };
    const env = { ...URLS, KEDGE_POLL_SECONDS: "2" };
    const toml = "pollSeconds = 3";
    for (const [sources, value, origin] of [
      [{ flags, env, toml }, 1, "--poll-seconds"],
      [{ env, toml }, 2, "KEDGE_POLL_SECONDS"],
      [{ toml }, 3, "pollSeconds in keeper.toml"],
      [{}, 12, "default"],
      [{ env: { ...URLS, KEDGE_POLL_SECONDS: "" }, toml }, 3, "pollSeconds in keeper.toml"],
    ] as const) {
      const { values, origins } = resolve(sources);
      expect([values.pollSeconds, origins.pollSeconds]).to.deep.equal([value, origin]);
    }
  });

  it("mean the same wherever they are written", () => {
    const expected = {
      urls: ["http://a", "https://b/x"],
      dryRun: false,
      color: "blue",
      level: 0,
      maxFee: 500_000_000n,
    };
    const written = { urls: "http://a, https://b/x", dryRun: "false", color: "blue", level: "0" };
    const env = Object.fromEntries(Object.entries(written).map(([name, text]) => [envName(name), text]));
    const toml =
      'urls = ["http://a", "https://b/x"]\ndryRun = false\ncolor = "blue"\nlevel = 0\nmaxFee = 0.5';
    for (const sources of [
      { env: { ...env, KEDGE_MAX_FEE: "0.5" } },
      { env: {}, flags: { ...written, dryRun: false, maxFee: "0.5 gwei" } },
      { env: {}, toml },
    ]) {
      const { values } = resolve(sources);
      expect({ ...values, pollSeconds: undefined, quorum: undefined }).to.deep.equal({
        ...expected,
        pollSeconds: undefined,
        quorum: undefined,
      });
    }
  });

  it("follow from others, and are needed because of others", () => {
    expect(resolve({ env: { KEDGE_URLS: "http://a,http://b" } }).values.quorum).to.equal(2);
    expect(resolve({ env: { KEDGE_URLS: "http://a,http://b", KEDGE_QUORUM: "1" } }).values.quorum).to.equal(
      1,
    );
    expect(resolve().values.level).to.equal(undefined);
    const [problem, ...rest] = problemsOf({ flags: { color: "blue" } });
    expect(rest).to.deep.equal([]);
    expect(problem!.message).to.equal(
      'level: is needed where color is blue: set --level, KEDGE_LEVEL or "level" in the file; for example: 3',
    );
  });

  it("are held against each other where each alone is right", () => {
    const [problem] = problemsOf({ env: { ...URLS, KEDGE_QUORUM: "3" } });
    expect(problem!.message).to.equal(
      'KEDGE_QUORUM: must be at most the number of urls (got "3"); for example: 2',
    );
  });

  it("tell all that is wrong at once, with the place, the value and a right one", () => {
    const problems = problemsOf({
      env: { KEDGE_POLL_SECONDS: "often", KEDGE_COLOUR: "green", KEDGE_MAX_FEE: "1.0000000001" },
      flags: { color: "green" },
      toml: 'dryRun = "perhaps"\nlevl = 3',
    });
    expect(problems.every((problem) => problem instanceof ConfigurationError)).to.equal(true);
    expect(problems.map(({ message }) => message)).to.have.members([
      "KEDGE_COLOUR: there is no such setting: KEDGE_COLOR is meant?; for example: KEDGE_COLOR",
      "levl in keeper.toml: there is no such setting: level is meant?; for example: level",
      'KEDGE_POLL_SECONDS: must be a whole number from 1 to 60 (got "often"); for example: 12',
      '--color: must be one of red, blue (got "green"); for example: blue',
      'KEDGE_MAX_FEE: must be an amount in gwei (got "1.0000000001"); for example: 30',
      'dryRun in keeper.toml: must be true or false (got "perhaps"); for example: true',
      'urls: is needed: set --urls, KEDGE_URLS or "urls" in the file; for example: http://localhost:5052',
    ]);
  });

  it("say which of a list is wrong, and take none twice", () => {
    const rule = "must be a list of at least 1, none twice, each an http or https URL";
    const [wrong] = problemsOf({ env: { KEDGE_URLS: "http://a,ftp://b" } });
    expect(wrong!.message).to.contain(`${rule}; number 2 is not (got`);
    for (const text of ["http://a,http://a", "http://a,,http://b"]) {
      expect(problemsOf({ env: { KEDGE_URLS: text } }).map(({ message }) => message)[0]).to.contain(rule);
    }
    expect(problemsOf({ env: {}, toml: "urls = []" })[0]!.message).to.contain(rule);
  });

  it("refuse numbers that only look like some", () => {
    for (const given of ["", " ", "-1", "0x10", "1e1", "1.5", "61", "Infinity", "１"]) {
      const problems = problemsOf({ flags: { pollSeconds: given } });
      expect(
        problems.map(({ setting }) => setting),
        given,
      ).to.deep.equal(["--poll-seconds"]);
    }
    for (const toml of [
      "pollSeconds = 1.5",
      "pollSeconds = nan",
      "pollSeconds = true",
      "pollSeconds = [1]",
    ]) {
      expect(problemsOf({ toml }), toml).to.have.length(1);
    }
  });

  it("show no password of a URL that is wrong or printed", () => {
    const hidden = "hunter2";
    for (const given of [
      `ftp://user:${hidden}@host`,
      `user:${hidden}@host`,
      `host/${hidden}`,
      `//u:p/${hidden}@x`,
    ]) {
      const [problem] = problemsOf({ env: { KEDGE_URLS: `http://a,${given}` } });
      expect(problem!.message).to.contain("an http or https URL").and.not.contain(hidden);
      expect(JSON.stringify(problem)).not.to.contain(hidden);
    }
    expect(TABLE.urls.kind.show([`https://user:${hidden}@host:8/v3/${hidden}?key=${hidden}`])).to.equal(
      "https://…@host:8/…",
    );
  });

  it("repeat nothing of a file that is no TOML but the place", () => {
    const [problem] = problemsOf({ toml: 'pollSeconds = 3\nkey = "hunter2' });
    expect(problem!.message)
      .to.match(/^keeper\.toml:2:\d+: is not TOML/)
      .and.not.contain("hunter2");
  });

  it("have names that flags and variables lead back to, and find the name that was meant", () => {
    expect([envName("web3SignerUrl"), flagName("web3SignerUrl")]).to.deep.equal([
      "KEDGE_WEB3_SIGNER_URL",
      "--web3-signer-url",
    ]);
    const known = ["pollSeconds", "peerUrls", "logLevel"];
    expect(
      ["polSeconds", "PeerUrl", "logLevels", "x", "somethingElse"].map((name) => nearest(name, known)),
    ).to.deep.equal(["pollSeconds", "peerUrls", "logLevel", undefined, undefined]);
  });
});
