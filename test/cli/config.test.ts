import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { kedge } from "./support/kedge.ts";

const SECRET = `0x${"5a".repeat(32)}`;

const config = (args: string[], environment: Record<string, string> = {}) =>
  kedge(["config", ...args], environment);

describe("kedge config", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "kedge-config-"))));
  after(() => rmSync(folder, { recursive: true }));

  it("prints what is in force and from where, secrets only as set", async () => {
    const file = join(folder, "keeper.toml");
    writeFileSync(file, 'pollSeconds = 5\nlogLevel = "debug"\nhealthPort = 1');
    const environment = {
      KEDGE_CONFIG: file,
      KEDGE_HEALTH_PORT: "2",
      KEDGE_LOG_LEVEL: "warn",
      KEDGE_PRIVATE_KEY: SECRET,
    };
    const flags = ["--log-level", "error", "--el-urls", "http://a", "--el-urls", "http://b", "--dry-run"];
    const { code, stdout, stderr } = await config(["print", "--json", ...flags], environment);
    expect(code, stderr).to.equal(0);
    const rows = JSON.parse(stdout) as { name: string; value: string; from: string }[];
    const row = (name: string) =>
      rows.filter((each) => each.name === name).map(({ value, from }) => [value, from])[0];
    expect(row("pollSeconds")).to.deep.equal(["5", `pollSeconds in ${file}`]);
    expect(row("healthPort")).to.deep.equal(["2", "KEDGE_HEALTH_PORT"]);
    expect(row("logLevel")).to.deep.equal(["error", "--log-level"]);
    expect(row("elUrls")).to.deep.equal(["http://a,http://b", "--el-urls"]);
    expect(row("dryRun")).to.deep.equal(["true", "--dry-run"]);
    expect(row("privateKey")).to.deep.equal(["(set)", "KEDGE_PRIVATE_KEY"]);
    expect(row("webhookUrl")).to.deep.equal(["(not set)", "default"]);
    const text = await config(["print", "--no-dry-run"], environment);
    expect(text.stdout)
      .to.match(/^setting +value +from\n/)
      .and.match(/\ndryRun +false +--no-dry-run\n/);
    expect(stdout + stderr + text.stdout + text.stderr).not.to.contain(SECRET.slice(2, 20));
  });

  it("tells all that is wrong, and that it is bad usage", async () => {
    const { code, stdout, stderr } = await config(["print", "--poll-seconds", "0"], {
      KEDGE_POL_SECONDS: "1",
      KEDGE_PRIVATE_KEY: `${SECRET}00`,
      KEDGE_CL_URLS: "http://user:hunter2@a,nowhere",
    });
    expect([code, stdout]).to.deep.equal([2, ""]);
    expect(stderr).to.contain("4 settings are wrong").and.contain("KEDGE_POLL_SECONDS is meant?");
    expect(stderr).to.contain("--poll-seconds: must be").and.contain("KEDGE_CL_URLS: must be");
    expect(stderr).to.contain("KEDGE_PRIVATE_KEY: must be 0x and 64 hex digits");
    expect(stderr).not.to.contain(SECRET.slice(2, 20)).and.not.contain("hunter2").and.not.contain("    at ");
    for (const [args, complaint] of [
      [["print", "--private-key", SECRET], "--private-key"],
      [["print", "--config", join(folder, "none.toml")], "none.toml"],
    ] as const) {
      const outcome = await config([...args]);
      expect([outcome.code, outcome.stdout]).to.deep.equal([2, ""]);
      expect(outcome.stderr).to.contain(complaint).and.not.contain(SECRET.slice(2, 20));
    }
  });

  it("gives the schema of the file and the example of the environment", async () => {
    const schema = await config(["schema"]);
    const { properties } = JSON.parse(schema.stdout) as { properties: object };
    expect(properties)
      .to.include.keys("network", "elUrls", "urgentMaxFee")
      .and.not.include.keys("privateKey");
    const example = await config(["env-example"]);
    expect(example.stdout).to.equal(readFileSync(".env.example", "utf8"));
  });
});
