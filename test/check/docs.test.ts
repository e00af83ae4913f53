import { expect } from "chai";
import { decisionFindings, linkFindings } from "../../scripts/check/docs.ts";

const page = (text: string, name = "docs/README.md"): [string, string] => [name, text];

describe("check/docs", () => {
  it("finds links that lead nowhere", () => {
    const pages = new Map([page("[a](a.md) [up](../README.md) [no](#nothing)")]);
    expect(linkFindings(pages, new Set(["docs/README.md", "README.md"]))).to.deep.equal([
      "docs/README.md links to a.md, which is not there",
      "docs/README.md links to #nothing, which has no such heading",
    ]);
  });

  it("follows links to folders, headings and the web, and not those in code", () => {
    const pages = new Map([
      page("# The index, `v1`\n[f](decisions/) [h](#the-index-v1) [w](https://a.b/c) `[x](y.md)`"),
    ]);
    const files = new Set(["docs/README.md", "docs/decisions/0001-a.md"]);
    expect(linkFindings(pages, files)).to.deep.equal([]);
  });

  it("finds decisions that are unnumbered, numbered twice or long", () => {
    const pages = new Map([
      page("a", "docs/decisions/0001-a.md"),
      page("b", "docs/decisions/0001-b.md"),
      page("c", "docs/decisions/second.md"),
      page("d\n".repeat(41), "docs/decisions/0002-d.md"),
    ]);
    expect(decisionFindings(pages)).to.deep.equal([
      "docs/decisions/0001-b.md has the number of docs/decisions/0001-a.md",
      "docs/decisions/second.md is not named NNNN-title.md",
      "docs/decisions/0002-d.md has 41 lines, more than 40",
    ]);
  });
});
