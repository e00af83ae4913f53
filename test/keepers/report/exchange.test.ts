import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { askPeers } from "../../../scripts/keepers/report/exchange.ts";
import { HttpClient } from "../../../scripts/lib/http.ts";
import { explain } from "../../../scripts/lib/errors.ts";

const PASSWORD = "p1-leak@home";
const digestOf = async () => `0x${"11".repeat(32)}`;

describe("keepers: votes of peers", () => {
  let server: Server;
  let port: number;
  let seen: (string | undefined)[];
  let answer: { status: number; text: string };

  before(async () => {
    server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(answer.status).end(answer.text);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    ({ port } = server.address() as AddressInfo);
  });
  after(() => new Promise((done) => server.close(done)));
  beforeEach(() => {
    seen = [];
    answer = { status: 200, text: "[]" };
  });

  const urlOf = (at = port) => `http://me:${encodeURIComponent(PASSWORD)}@127.0.0.1:${at}`;

  it("are asked for with the password of the peer's URL in a header", async () => {
    expect(await askPeers([urlOf()], 64, digestOf)).to.deep.equal([{ peer: `127.0.0.1:${port}`, votes: [] }]);
    expect(seen).to.deep.equal([`Basic ${Buffer.from(`me:${PASSWORD}`).toString("base64")}`]);
    await askPeers([`http://127.0.0.1:${port}`], 64, digestOf);
    expect(seen[1]).to.equal(undefined);
  });

  it("and nothing that goes wrong tells the password", async () => {
    const told: string[] = [];
    for (const [status, text] of [
      [500, "out of order"],
      [200, "no JSON"],
      [200, '[{"signer":"0x"}]'],
      [200, "x".repeat(20_000)],
    ] as const) {
      answer = { status, text };
      const [first] = await askPeers([urlOf()], 64, digestOf);
      told.push(first!.problem!);
    }
    const [away] = await askPeers([urlOf(1)], 64, digestOf);
    told.push(away!.problem!);
    // as fetch has it where the URL is not stripped
    const plain = async (url: unknown) => fetch((url as URL).href.replace("//", "//me:p1-leak@"));
    const [refused] = await askPeers([urlOf()], 64, digestOf, plain);
    expect(refused!.problem).to.contain("credentials").and.to.contain("…@127.0.0.1");
    told.push(refused!.problem!);
    const failed = await new HttpClient(urlOf(1)).request("/x").then(() => "answered", explain);
    told.push(failed);
    for (const text of told) {
      expect(text).to.match(/\w/);
      expect(text).not.to.match(/p1-leak|bWU6/);
    }
  });
});
