import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { ALERTS } from "../../../scripts/keepers/watch/alerts.ts";
import type { Labels } from "../../../scripts/keepers/watch/metrics.ts";
import {
  Webhook,
  type AlertMessage,
  type Firing,
  type WebhookOptions,
} from "../../../scripts/keepers/watch/webhook.ts";
import { ConfigurationError } from "../../../scripts/lib/errors.ts";
import { createLogger } from "../../../scripts/lib/logger.ts";
import { World } from "./world.ts";

const TOKEN = "T0KEN-p1-leak";
const PASSWORD = "p2-leak";
const REPEAT_SECONDS = 4 * 3600;

/** Takes messages, and answers what it is told to. */
async function startReceiver() {
  const requests: { method: string; path: string; message: AlertMessage }[] = [];
  const receiver = {
    requests,
    url: "",
    /** Statuses of the next answers; afterwards 204. A function answers when it likes. */
    answers: [] as (number | ((response: ServerResponse) => void))[],
    /** What arrived since this was last asked: status, alert, first label. */
    heard: () =>
      requests
        .splice(0)
        .map(({ message: { status, alert, labels } }) => [status, alert, ...Object.values(labels)].join(" ")),
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(done);
      }),
  };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      const { method = "", url = "" } = request;
      requests.push({ method, path: url, message: JSON.parse(body) as AlertMessage });
      const answer = receiver.answers.shift() ?? 204;
      if (typeof answer === "function") return answer(response);
      // as servers do, it repeats what it was asked
      response.writeHead(answer).end(answer === 204 ? "" : `cannot ${method} ${url}`);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  receiver.url = `http://keeper:${PASSWORD}@127.0.0.1:${(server.address() as AddressInfo).port}/hook/${TOKEN}?key=${TOKEN}`;
  return receiver;
}

const firing = (id: string, labels: Labels = {}): Firing => ({
  alert: ALERTS.find((alert) => alert.id === id)!,
  labels,
});
const PARKED = firing("report-parked");
const STAKING = firing("valve-paused", { valve: "staking" });
const DEPOSITS = firing("valve-paused", { valve: "deposits" });

describe("keepers/watch/webhook", () => {
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  let world: World;
  let logged: string[];
  let waits: number[];

  beforeEach(async () => {
    receiver = await startReceiver();
    world = new World();
    logged = [];
    waits = [];
  });
  afterEach(() => receiver.close());

  const webhook = (options: Partial<WebhookOptions> = {}) =>
    new Webhook({
      url: receiver.url,
      setting: "WEBHOOK_URL",
      repeatSeconds: REPEAT_SECONDS,
      metrics: world.metrics,
      log: createLogger({ level: "trace", stream: { write: (text) => logged.push(text) } }),
      clock: world.clock,
      retry: { sleep: async (ms) => waits.push(ms), random: () => 0.5 },
      ...options,
    });
  /** The next message is not answered before `answer` is called. */
  const holdNextAnswer = () => {
    let held!: ServerResponse;
    const isAsked = new Promise<void>((asked) => {
      receiver.answers = [
        (response) => {
          held = response;
          asked();
        },
      ];
    });
    return { isAsked, answer: () => held.writeHead(204).end() };
  };
  const deliveries = async () =>
    (await world.metrics.samples())
      .filter(({ name }) => name === "kedge_webhook_deliveries_total")
      .map(({ labels, value }) => `${labels.delivery} ${value}`);
  const round = async (hook: Webhook, ...all: Firing[]) => {
    hook.notify(all);
    await hook.idle();
    return receiver.heard();
  };

  it("tells of an alert once, with all that a person needs, and once that it is over", async () => {
    const hook = webhook();
    const begin = new Date(world.now * 1000).toISOString();
    hook.notify([STAKING]);
    await hook.idle();
    const message = {
      alert: "KedgeValvePaused",
      severity: "critical",
      summary: "The valve staking is shut.",
      runbook: "docs/runbooks/valve-paused.md",
      labels: { valve: "staking" },
      startsAt: begin,
    };
    expect(receiver.requests).to.deep.equal([
      { method: "POST", path: `/hook/${TOKEN}?key=${TOKEN}`, message: { status: "firing", ...message } },
    ]);
    receiver.heard();

    world.now += 60;
    expect(await round(hook, STAKING)).to.deep.equal([]);
    hook.notify([]);
    await hook.idle();
    expect(receiver.requests[0]!.message).to.deep.equal({
      status: "resolved",
      ...message,
      endsAt: new Date(world.now * 1000).toISOString(),
    });
    receiver.heard();
    expect(await round(hook)).to.deep.equal([]);
    expect(await deliveries()).to.deep.equal(["sent 2", "failed 0"]);
  });

  it("keeps alerts and labels apart, and tells of each anew when it comes back", async () => {
    const hook = webhook();
    expect(await round(hook, STAKING)).to.deep.equal(["firing KedgeValvePaused staking"]);
    expect(await round(hook, STAKING, DEPOSITS, PARKED)).to.deep.equal([
      "firing KedgeValvePaused deposits",
      "firing KedgeReportParked",
    ]);
    expect(await round(hook, DEPOSITS, PARKED)).to.deep.equal(["resolved KedgeValvePaused staking"]);
    expect(await round(hook, DEPOSITS, PARKED, STAKING)).to.deep.equal(["firing KedgeValvePaused staking"]);
  });

  it("repeats itself after the time set, not before", async () => {
    const hook = webhook();
    await round(hook, PARKED);
    world.now += REPEAT_SECONDS - 1;
    expect(await round(hook, PARKED)).to.deep.equal([]);
    world.now += 1;
    expect(await round(hook, PARKED)).to.deep.equal(["firing KedgeReportParked"]);
    world.now += 1;
    expect(await round(hook, PARKED)).to.deep.equal([]);
  });

  it("tries again at once with growing waits, then in later rounds after growing pauses", async () => {
    const hook = webhook();
    receiver.answers = [503, 503];
    expect(await round(hook, PARKED)).to.have.length(3);
    expect(waits).to.deep.equal([250, 500]);

    const silent = firing("loop-stalled");
    for (const pause of [60, 120, 240, 480, 960, 1920, 3600, 3600]) {
      receiver.answers = [500, 500, 500, 500];
      expect(await round(hook, PARKED, silent)).to.have.length(4);
      world.now += pause - 1;
      expect(await round(hook, PARKED, silent), `${pause}`).to.deep.equal([]);
      world.now += 1;
    }
    expect(await deliveries()).to.deep.equal(["sent 1", "failed 8"]);
    expect((await round(hook, PARKED, silent)).filter((line) => line.includes("Stalled"))).to.have.length(1);
  });

  it("does not wait for its receiver", async () => {
    const hook = webhook();
    const { isAsked, answer } = holdNextAnswer();
    hook.notify([PARKED]);
    await isAsked;
    // it went while the message about it was under way
    hook.notify([]);
    hook.notify([STAKING]);
    answer();
    await hook.idle();
    expect(receiver.heard()).to.deep.equal(["firing KedgeReportParked", "firing KedgeValvePaused staking"]);
    expect(await round(hook, STAKING)).to.deep.equal(["resolved KedgeReportParked"]);
  });

  it("tells that it is over also where it went while its message was under way, or may have been lost", async () => {
    const hook = webhook();
    const { isAsked, answer } = holdNextAnswer();
    hook.notify([PARKED]);
    await isAsked;
    hook.notify([]);
    answer();
    await hook.idle();
    expect([...receiver.heard(), ...(await round(hook))]).to.deep.equal([
      "firing KedgeReportParked",
      "resolved KedgeReportParked",
    ]);

    receiver.answers = [400];
    await round(hook, PARKED);
    world.now += 60;
    expect(await round(hook)).to.deep.equal(["resolved KedgeReportParked"]);
    expect(await round(hook)).to.deep.equal([]);
  });

  it("does not say that it is over where it fires again before that could be said", async () => {
    const hook = webhook();
    await round(hook, PARKED);
    receiver.answers = [400];
    expect(await round(hook)).to.deep.equal(["resolved KedgeReportParked"]);
    world.now += 60;
    expect(await round(hook, PARKED)).to.deep.equal([]);
    world.now += 60;
    expect(await round(hook)).to.deep.equal(["resolved KedgeReportParked"]);
  });

  it("tells anew of what fires again while the message that it was over is under way", async () => {
    const hook = webhook();
    await round(hook, PARKED);
    const { isAsked, answer } = holdNextAnswer();
    hook.notify([]);
    await isAsked;
    hook.notify([PARKED]);
    answer();
    await hook.idle();
    expect([...receiver.heard(), ...(await round(hook, PARKED))]).to.deep.equal([
      "resolved KedgeReportParked",
      "firing KedgeReportParked",
    ]);
  });

  it("says nothing of what came and went before anything could be said", async () => {
    const hook = webhook();
    hook.notify([PARKED]);
    hook.notify([PARKED, STAKING]);
    hook.notify([PARKED]);
    await hook.idle();
    expect(receiver.heard()).to.deep.equal(["firing KedgeReportParked"]);
    expect(await round(hook, PARKED)).to.deep.equal([]);
  });

  for (const status of [404, 400, 401, 500]) {
    it(`lets no part of its URL into the log where the answer is ${status}`, async () => {
      receiver.answers = [status, status, status, status];
      await round(webhook(), PARKED);
      const text = logged.join("");
      expect(text)
        .to.contain("did not arrive")
        .and.to.contain(`status ${status}`)
        .and.to.contain("127.0.0.1");
      expect(text).not.to.match(/leak|hook\//);
      expect(await deliveries()).to.deep.equal(["sent 0", "failed 1"]);
    });
  }

  it("says why where nobody listens, without the URL", async () => {
    await receiver.close();
    await round(webhook(), PARKED);
    const text = logged.join("");
    expect(text).to.contain("ECONNREFUSED");
    expect(text).not.to.match(/leak|hook\//);
    receiver = await startReceiver();
  });

  it("names the setting where the URL is none, without showing it", () => {
    expect(() => webhook({ url: `nonsense ${TOKEN}` }))
      .to.throw(ConfigurationError, "WEBHOOK_URL")
      .with.property("message")
      .that.does.not.contain(TOKEN);
  });
});
