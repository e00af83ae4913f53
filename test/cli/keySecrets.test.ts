import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import {
  givenMnemonic,
  givenPassword,
  handOver,
  newPassword,
  requireWayOut,
} from "../../scripts/cli/keys/secrets.ts";
import { UnansweredError, type Terminal } from "../../scripts/cli/terminal.ts";
import { ConfigurationError } from "../../scripts/lib/errors.ts";
import { errorOf, useFolder, WORDS } from "../lib/keystores/support.ts";

const OWN_SCREEN = "\x1b[?1049h";
const BACK = "\x1b[?1049l";
const PASSWORD = "correct horse battery";

/** Somebody at a terminal, who gives these answers. */
function person(...answers: string[]): Terminal & { seen: string; hidden: boolean[] } {
  const self = {
    isThere: true,
    seen: "",
    hidden: [] as boolean[],
    write: (text: string) => void (self.seen += text),
    ask: async (question: string, { hidden = false } = {}) => {
      self.seen += question;
      self.hidden.push(hidden);
      const answer = answers.shift();
      if (answer === undefined) throw new UnansweredError("nobody answered");
      if (!hidden) self.seen += `${answer}\n`;
      return answer;
    },
  };
  return self;
}

describe("kedge keys: at a terminal", () => {
  const { path } = useFolder();

  it("shows new words on a screen of its own, and asks for them again", async () => {
    const somebody = person("", "these are not the words", WORDS);
    await handOver(WORDS, { yes: false }, somebody);
    const [, shown, repeated, rest] = somebody.seen.split(OWN_SCREEN);
    expect(rest).to.equal(undefined);
    for (const screen of [shown!, repeated!]) expect(screen.endsWith(BACK)).to.equal(true);
    expect(shown!.match(/abandon/g)).to.have.length(23);
    expect(shown)
      .to.match(/ 1 abandon {5} 2 abandon/)
      .and.to.match(/24 art\n/);
    // what is asked for is not in sight
    expect(repeated!.split("These are other words")[0]).not.to.contain("abandon");
  });

  it("takes four letters of each word, and no asking for --yes", async () => {
    await handOver(WORDS, { yes: false }, person("", `${"aban ".repeat(23)}art`));
    const somebody = person("");
    await handOver(WORDS, { yes: true }, somebody);
    expect(somebody.seen.split(OWN_SCREEN)).to.have.length(2);
  });

  it("gives up after three times other words, and where somebody leaves; its screen is gone then too", async () => {
    for (const answers of [["", "no", "no", "no", WORDS], ["", "no"], []]) {
      const somebody = person(...answers);
      expect(await errorOf(handOver(WORDS, { yes: false }, somebody))).to.be.instanceOf(UnansweredError);
      expect(somebody.seen.endsWith(BACK)).to.equal(true);
    }
  });

  it("shows nothing where the words go into a file, which must not exist", async () => {
    const somebody = person();
    await handOver(WORDS, { mnemonicFile: path("words"), yes: false }, somebody);
    expect([somebody.seen, readFileSync(path("words"), "utf8")]).to.deep.equal(["", `${WORDS}\n`]);
    const error = await errorOf(handOver(WORDS, { mnemonicFile: path("words"), yes: true }, somebody));
    expect(error.message).to.contain(path("words")).and.contain("exists already");
  });

  it("makes no words where nobody would see them", async () => {
    const nobody = { ...person(), isThere: false };
    expect(() => requireWayOut({}, nobody)).to.throw(ConfigurationError, "--mnemonic-file");
    requireWayOut({ mnemonicFile: path("words") }, nobody);
    requireWayOut({}, person());
    expect(existsSync(path("words"))).to.equal(false);
  });

  it("asks for secrets without showing them: a new password twice, one that is there once", async () => {
    const somebody = person(PASSWORD, PASSWORD, PASSWORD, WORDS);
    expect(await newPassword({}, somebody)).to.equal(PASSWORD);
    expect(await givenPassword({}, somebody)).to.equal(PASSWORD);
    expect(await givenMnemonic({}, somebody)).to.equal(WORDS);
    expect(somebody.hidden).to.deep.equal([true, true, true, true]);
    expect(await errorOf(newPassword({}, person(PASSWORD, `${PASSWORD}.`)))).to.be.instanceOf(
      UnansweredError,
    );
    expect(await errorOf(newPassword({}, person("short", "short")))).to.be.instanceOf(ConfigurationError);
    expect(await givenPassword({}, person("short"))).to.equal("short");
  });

  it("asks nobody where a file says it", async () => {
    writeFileSync(path("password"), `${PASSWORD}\n`, { mode: 0o400 });
    const somebody = person();
    expect(await newPassword({ passwordFile: path("password") }, somebody)).to.equal(PASSWORD);
    expect(somebody.seen).to.equal("");
  });
});
