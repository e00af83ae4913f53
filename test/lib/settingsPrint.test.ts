import { expect } from "chai";
import { parse } from "smol-toml";
import { amount, listOf, oneOf, text, wholeNumber } from "../../scripts/lib/settings/kinds.ts";
import {
  effectiveSettings,
  envExample,
  printSettings,
  settingsSchema,
} from "../../scripts/lib/settings/print.ts";
import { resolveSettings } from "../../scripts/lib/settings/resolve.ts";
import { optional, secret, section, withDefault } from "../../scripts/lib/settings/setting.ts";

const TABLE = {
  ...section("Work", {
    jobs: withDefault(listOf(oneOf("a", "b")), ["a"], { about: "What is done.", example: "a,b" }),
    peers: withDefault(listOf(text("a name")), [], { about: "Who helps.", example: "x,y" }),
    pollSeconds: withDefault(wholeNumber(1, 60), 12, { about: "How often.", unit: "seconds", example: "3" }),
  }),
  ...section("Money", {
    least: withDefault(amount("ether"), 10n ** 17n, { about: "At least.", unit: "ether", example: "0.5" }),
    purse: optional(text("a name"), { about: "Whose.", example: "mine" }),
    pin: secret({ about: "Opens it.", rule: "digits", pattern: /^[0-9]+$/, example: "four digits" }),
  }),
};

describe("settings: printing", () => {
  it("shows what is in force and where it comes from", () => {
    const resolved = resolveSettings(TABLE, {
      env: { KEDGE_LEAST: "1.50 ether", KEDGE_PIN: "1234" },
      flags: { jobs: "b,a" },
    });
    expect(
      printSettings(TABLE, resolved)
        .split("\n")
        .map((line) => line.replaceAll(/  +/g, "|")),
    ).to.deep.equal([
      "setting|value|from",
      "jobs|b,a|--jobs",
      "peers|(none)|default",
      "pollSeconds|12|default",
      "least|1.5|KEDGE_LEAST",
      "purse|(not set)|default",
      "pin|(set)|KEDGE_PIN",
    ]);
    expect(effectiveSettings(TABLE, resolved)[3]).to.deep.equal({
      name: "least",
      value: "1.5",
      from: "KEDGE_LEAST",
    });
  });

  it("shows values as they can be set again", () => {
    const env = {
      KEDGE_JOBS: "b",
      KEDGE_LEAST: "0.000000000000000001",
      KEDGE_POLL_SECONDS: "7",
      KEDGE_PEERS: "x",
    };
    const first = resolveSettings(TABLE, { env });
    const again = Object.fromEntries(
      effectiveSettings(TABLE, first)
        .filter(({ value }) => !value.startsWith("("))
        .map(({ name, value }) => [name, value]),
    );
    expect(resolveSettings(TABLE, { env: {}, flags: again }).values).to.deep.equal(first.values);
  });

  it("describes the TOML file, without secrets", () => {
    const schema = settingsSchema(TABLE, "Title") as { properties: Record<string, object> };
    expect(schema).to.include({ title: "Title", additionalProperties: false });
    expect(Object.keys(schema.properties)).to.deep.equal(["jobs", "peers", "pollSeconds", "least", "purse"]);
    expect(schema.properties.pollSeconds).to.deep.equal({
      description: "How often. Unit: seconds.",
      type: "integer",
      minimum: 1,
      maximum: 60,
      default: 12,
      examples: [3],
    });
    expect(schema.properties.least).to.deep.include({ type: ["string", "number"], default: "0.1" });
    expect(schema.properties.jobs).to.deep.include({ default: ["a"], examples: [["a", "b"]] });
  });

  it("writes an example of the environment that sets nothing as it is, and is right when its lines are let in", () => {
    const lines = envExample(TABLE, ["Head."]).split("\n");
    expect(lines.every((line) => line === "" || line.startsWith("#"))).to.equal(true);
    expect(lines.slice(0, 9)).to.deep.equal([
      "# Head.",
      "",
      "# A TOML file with settings that are not here.",
      "#KEDGE_CONFIG=keeper.toml",
      "",
      "## Work",
      "",
      "# What is done. Default: a.",
      "#KEDGE_JOBS=a,b",
    ]);
    expect(lines)
      .to.include("# How often. Unit: seconds. Default: 12.")
      .and.include("#KEDGE_PIN_FILE=/run/secrets/kedge-pin");
    const set = lines.flatMap((line) => /^#(KEDGE_\w+)=(.*)$/.exec(line)?.slice(1) ?? []);
    const env = Object.fromEntries(
      Array.from({ length: set.length / 2 }, (_, i) => [set[2 * i]!, set[2 * i + 1]!]).filter(
        ([name]) => !name!.endsWith("_FILE"),
      ),
    );
    const { values } = resolveSettings(TABLE, { env });
    expect(values).to.deep.include({ jobs: ["a", "b"], peers: ["x", "y"], pollSeconds: 3, purse: "mine" });
  });

  it("takes a file as its schema has it", () => {
    const toml = 'jobs = ["b"]\npeers = ["x"]\npollSeconds = 5\nleast = "2 gwei"\npurse = "p"';
    expect(parse(toml)).to.have.keys("jobs", "peers", "pollSeconds", "least", "purse");
    const { values } = resolveSettings(TABLE, { env: {}, file: { path: "a.toml", text: toml } });
    expect(values).to.deep.include({ jobs: ["b"], least: 2n * 10n ** 9n, purse: "p" });
  });
});
