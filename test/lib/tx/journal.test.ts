import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { expect } from "chai";
import { keccak256 } from "ethers";
import { ConfigurationError, FatalError } from "../../../scripts/lib/errors.ts";
import { Journal } from "../../../scripts/lib/tx/journal.ts";
import { hasWriter } from "../../../scripts/lib/tx/lock.ts";
import { SCHEMA_VERSION } from "../../../scripts/lib/tx/schema.ts";
import type { Attempt } from "../../../scripts/lib/tx/types.ts";
import { JournalView } from "../../../scripts/lib/tx/view.ts";
import { counting } from "./support/keeper.ts";

const HOLDER = `
  import { Journal } from "./scripts/lib/tx/journal.ts";
  Journal.open(process.argv[1]);
  globalThis.gc();
  process.stdout.write("open");
  setInterval(() => undefined, 1e6);
`;

describe("tx/journal", () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "kedge-journal-"));
    path = join(folder, "keeper.sqlite");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const attempt = (key: string, change: Partial<Attempt> = {}): Attempt => ({
    key,
    hash: `0x${"11".repeat(32)}`,
    purpose: "action",
    nonce: 0,
    raw: "0x02",
    gasLimit: 21_000n,
    maxFeeWei: 2n ** 70n,
    maxPriorityFeeWei: 1n,
    signedMs: 1,
    signedBlock: 1,
    sentMs: undefined,
    answer: undefined,
    isTaken: false,
    refusals: 0,
    ...change,
  });

  it("belongs to one process, is open to others' looks, and is free again when that process is killed", async () => {
    const child = spawn(process.execPath, [
      "--expose-gc",
      "--import",
      "tsx",
      "--input-type=module",
      "-e",
      HOLDER,
      path,
    ]);
    try {
      await once(child.stdout, "data");
      expect(() => Journal.open(path))
        .to.throw(ConfigurationError, `process ${child.pid}`)
        .with.property("value", path);
      expect(hasWriter(path)).to.equal(true);
      const view = JournalView.look(path);
      expect([view.intents("all"), view.lastWriter()]).to.deep.equal([[], child.pid]);
      view.close();
    } finally {
      child.kill("SIGKILL");
    }
    await once(child, "exit");
    expect(hasWriter(path)).to.equal(false);
    const journal = Journal.open(path);
    expect(journal.lastWriter()).to.equal(process.pid);
    expect(() => Journal.open(path)).to.throw(ConfigurationError, `process ${process.pid}`);
    journal.close();
  });

  it("keeps all that it is told, amounts of any size too, over a restart", () => {
    const first = Journal.open(path, { clock: { now: () => 5 } });
    first.bind(`0x${"Ab".repeat(20)}`, 1n);
    first.plan(counting("a", { valueWei: 2n ** 80n, deadlineMs: 9, urgency: "idle" }));
    first.sign(attempt("a"));
    first.beginToSend(attempt("a"));
    const told = [first.get("a"), first.attempts("a")];
    first.close();
    const second = Journal.open(path);
    expect([second.get("a"), second.attempts("a")]).to.deep.equal(told);
    expect(second.get("a")).to.deep.include({
      valueWei: 2n ** 80n,
      state: "signed",
      nonce: 0,
      deadlineMs: 9,
    });
    expect(second.attempts("a")[0]).to.deep.include({ maxFeeWei: 2n ** 70n, sentMs: 5 });
    expect(() => second.bind(`0x${"ab".repeat(20)}`, 2n)).to.throw(ConfigurationError, "on chain 1, not");
    second.bind(`0x${"ab".repeat(20)}`, 1n);
    second.close();
  });

  it("gives no nonce to two open intents", () => {
    const journal = Journal.open(path);
    for (const key of ["a", "b"]) journal.plan(counting(key));
    journal.sign(attempt("a"));
    expect(() => journal.sign(attempt("b"))).to.throw("UNIQUE");
    expect([journal.get("b")!.state, journal.attempts("b")], "the change is undone whole").to.deep.equal([
      "planned",
      [],
    ]);
    journal.end("a", "cancelled", "unsent");
    journal.sign(attempt("b"));
    expect(journal.get("b")!.nonce).to.equal(0);
    journal.close();
  });

  it("adds up what was spent since, and what is signed at its dearest", () => {
    let now = 0;
    const journal = Journal.open(path, { clock: { now: () => now } });
    for (const key of ["old", "new", "open"]) journal.plan(counting(key, { valueWei: 5n }));
    journal.end("old", "confirmed", null, 1000n);
    now = 100;
    journal.end("new", "reverted", null, 200n);
    journal.sign(attempt("open", { gasLimit: 10n, maxFeeWei: 3n }));
    journal.sign(attempt("open", { gasLimit: 10n, maxFeeWei: 4n, hash: "0x22" }));
    journal.sign(attempt("open", { gasLimit: 2n, maxFeeWei: 9n, hash: "0x33", purpose: "cancel" }));
    expect(journal.spentWei(50)).to.equal(200n + 45n);
    expect(journal.spentWei(-1)).to.equal(1200n + 45n);
    journal.replan("open", "nonce lost");
    expect(journal.spentWei(50)).to.equal(200n);
    expect([journal.attempts("open").length, journal.attempts("open", "all").length]).to.deep.equal([0, 3]);
    journal.close();
  });

  it("drops the bytes of what ended a week ago, and still knows one call from another", () => {
    let now = 0;
    const journal = Journal.open(path, { clock: { now: () => now } });
    for (const key of ["old", "open", "last"]) journal.plan(counting(key, { data: `0x${"ab".repeat(99)}` }));
    journal.sign(attempt("old"));
    journal.end("old", "confirmed", null, 1n);
    now = 7 * 24 * 3_600_000;
    journal.end("last", "abandoned", null);
    expect(journal.get("old")!.data.length, "not yet").to.equal(200);
    now++;
    journal.plan(counting("later"));
    journal.end("later", "abandoned", null);
    expect(journal.get("old")).to.deep.include({ data: "0xabababab", state: "confirmed" });
    expect(journal.get("old")!.dataHash).to.equal(keccak256(`0x${"ab".repeat(99)}`));
    expect(journal.attempts("old")[0]!.raw).to.equal("0x");
    for (const key of ["open", "last"]) expect(journal.get(key)!.data.length, key).to.equal(200);
    journal.close();
  });

  it("finds what is open by an index, however much has ended", () => {
    const journal = Journal.open(path);
    const asked: string[] = [];
    const { value } = Object.getOwnPropertyDescriptor(DatabaseSync.prototype, "prepare")!;
    const prepare = value as (this: DatabaseSync, sql: string) => StatementSync;
    DatabaseSync.prototype.prepare = function (sql) {
      asked.push(sql);
      return prepare.call(this, sql);
    };
    try {
      journal.intents("open");
      journal.nonces();
      journal.wishes();
      journal.spentWei(0);
      journal.nonceAfterSeen();
    } finally {
      DatabaseSync.prototype.prepare = prepare;
    }
    const database = new DatabaseSync(path);
    for (const sql of asked) {
      const values = sql.includes("?") ? [0] : [];
      const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[];
      const scans = steps.filter(
        ({ detail }) => /^SCAN (?!.*CONSTANT)/.test(detail) && !/INDEX/.test(detail),
      );
      expect(scans, sql).to.deep.equal([]);
    }
    expect(asked).to.have.length.above(4);
    database.close();
    journal.close();
  });

  it("is really written to when it is asked whether it can be", () => {
    const journal = Journal.open(path);
    const other = new DatabaseSync(path);
    const version = () => other.prepare("PRAGMA data_version").get()!.data_version;
    for (let i = 0; i < 2; i++) {
      const before = version();
      journal.probe();
      expect(version()).not.to.equal(before);
    }
    other.exec(
      "CREATE TRIGGER full BEFORE INSERT ON probe BEGIN SELECT RAISE(ROLLBACK, 'disk is full'); END",
    );
    expect(() => journal.probe()).to.throw("disk is full");
    other.close();
    journal.close();
  });

  it("says what was wrong, also where the database has undone a change by itself", () => {
    const journal = Journal.open(path);
    const other = new DatabaseSync(path);
    other.exec(
      "CREATE TRIGGER full BEFORE INSERT ON intents BEGIN SELECT RAISE(ROLLBACK, 'disk is full'); END",
    );
    expect(() => journal.plan(counting("a"))).to.throw("disk is full");
    other.exec("DROP TRIGGER full");
    journal.plan(counting("a"));
    expect(journal.get("a")!.state, "it goes on").to.equal("planned");
    other.close();
    journal.close();
  });

  it("refuses a journal of a newer program, and changes nothing in it", () => {
    Journal.open(path).close();
    const database = new DatabaseSync(path);
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    database.close();
    expect(() => Journal.open(path)).to.throw(FatalError, `version ${SCHEMA_VERSION + 1}`);
    expect(() => JournalView.look(path)).to.throw(FatalError, path);
    expect(hasWriter(path), "the lock is given back").to.equal(false);
  });

  it("says which file it cannot use", () => {
    writeFileSync(path, "this is a text and no database, whatever its name says");
    expect(() => Journal.open(path)).to.throw(ConfigurationError, path);
    expect(() => JournalView.look(join(folder, "none"))).to.throw(ConfigurationError, "is not there");
    expect(() => Journal.open(join(folder, "none", "keeper.sqlite"))).to.throw(ConfigurationError, folder);
    const empty = join(folder, "empty.sqlite");
    writeFileSync(empty, "");
    expect(() => JournalView.look(empty)).to.throw(FatalError, "is no journal");
  });
});
