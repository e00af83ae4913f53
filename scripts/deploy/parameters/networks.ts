import type { People } from "../people.ts";
import { chainFacts, type PublicNetwork } from "./chains.ts";
import { bondFloor } from "./everywhere.ts";
import { HOODI } from "./hoodi.ts";
import { MAINNET } from "./mainnet.ts";
import { PUBLIC, type OwnParameters } from "./public.ts";
import { parameter, parametersSchema, type Parameters } from "./schema.ts";
import { SEPOLIA } from "./sepolia.ts";

const OWN: Record<PublicNetwork, OwnParameters> = { hoodi: HOODI, sepolia: SEPOLIA, mainnet: MAINNET };

/// Parameters of a public network, for people as `readPeople` gives them. Another label is another deployment.
export async function publicParameters(
  network: PublicNetwork,
  people: People,
  label = "1",
): Promise<Parameters> {
  const { admin, treasury, guardian, committee } = people;
  const own = OWN[network];
  return parametersSchema.parse({
    ...PUBLIC,
    ...(await chainFacts(network)),
    ...own,
    label: parameter(label, "label", "another deployment by the same account takes another"),
    balanceFloorGwei: bondFloor(own.memberBondWei.value, committee.length),
    admin: parameter(
      admin,
      "address, or none",
      admin === null ? "stakers govern" : "an account in their place",
    ),
    treasury: parameter(treasury, "address", "named in the file of people"),
    guardian: parameter(guardian, "address", "named in the file of people"),
    committee: parameter(committee, "members", "named in the file of people"),
  } satisfies Parameters);
}
