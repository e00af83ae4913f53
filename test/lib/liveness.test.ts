import { expect } from "chai";
import { liveness } from "../../scripts/lib/liveness.ts";

const seats = (...ids: number[]) => ids.map((id) => ({ memberId: BigInt(id) }));

describe("liveness: how often members signed", () => {
  it("counts each frame by its own list", () => {
    const figures = liveness([
      { signedBy: 0b011n, seats: seats(1, 2, 3) },
      // member 2 has another key: it stands elsewhere in the list
      { signedBy: 0b101n, seats: seats(2, 1, 3) },
      // member 3 has left, member 4 came
      { signedBy: 0b110n, seats: seats(4, 2, 1) },
    ]);
    expect(figures).to.deep.equal([
      { memberId: 1n, signed: 2, applied: 3 },
      { memberId: 2n, signed: 3, applied: 3 },
      { memberId: 3n, signed: 1, applied: 2 },
      { memberId: 4n, signed: 0, applied: 1 },
    ]);
  });

  it("leaves out frames that were proven, not signed", () => {
    const figures = liveness([
      { signedBy: 0n, seats: seats(1, 2) },
      { signedBy: 0b10n, seats: seats(1, 2) },
    ]);
    expect(figures).to.deep.equal([
      { memberId: 1n, signed: 0, applied: 1 },
      { memberId: 2n, signed: 1, applied: 1 },
    ]);
  });

  it("knows the last of 32 seats", () => {
    const all = Array.from({ length: 32 }, (_, i) => i + 1);
    const figures = liveness([{ signedBy: 1n << 31n, seats: seats(...all) }]);
    expect(figures.filter(({ signed }) => signed > 0)).to.deep.equal([
      { memberId: 32n, signed: 1, applied: 1 },
    ]);
  });

  it("says nothing where there is nothing", () => {
    expect(liveness([])).to.deep.equal([]);
  });
});
