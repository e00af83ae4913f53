import { expect } from "chai";
import { ConfigurationError } from "../../scripts/lib/errors.ts";
import { usePreset } from "../../scripts/lib/preset.ts";

const node = (preset?: string) =>
  ({ name: "127.0.0.1:5052", spec: async () => ({ preset }) }) as unknown as Parameters<typeof usePreset>[0];

describe("lib/preset", () => {
  const before = process.env.LODESTAR_PRESET;
  afterEach(() => {
    if (before === undefined) delete process.env.LODESTAR_PRESET;
    else process.env.LODESTAR_PRESET = before;
  });

  it("is the node's, or mainnet's where it says none", async () => {
    delete process.env.LODESTAR_PRESET;
    await usePreset(node("minimal"));
    expect(process.env.LODESTAR_PRESET).to.equal("minimal");
    await usePreset(node("minimal"));
    delete process.env.LODESTAR_PRESET;
    await usePreset(node());
    expect(process.env.LODESTAR_PRESET).to.equal("mainnet");
  });

  it("is refused where this process reads another", async () => {
    process.env.LODESTAR_PRESET = "mainnet";
    const error = await usePreset(node("minimal")).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(ConfigurationError);
    expect((error as Error).message)
      .to.contain('"minimal"')
      .and.contain('"mainnet"');
  });
});
