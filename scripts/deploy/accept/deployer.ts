import { ZeroAddress } from "ethers";
import { ADMIN_ROLE, ROLE_NAMES, roleId } from "../../lib/roles.ts";
import { roleName } from "./roles.ts";
import { equal, type Ground, type Question } from "./check.ts";

/// What rounding leaves, in wei: anyone may give the deployer as much.
const DUST_WEI = 10n ** 9n;

/// Who deployed holds nothing, and nothing is offered to it.
export function deployerQuestions(ground: Ground): Question[] {
  const { protocol, deployer, grants, parameters } = ground;
  const isDeployer = (account: string) => account.toLowerCase() === deployer.toLowerCase();
  const isNamed = parameters.committee.value.some(({ owner }) => isDeployer(owner));
  return [
    equal("deployer: no role by events", [], async () =>
      grants.filter(({ accounts }) => accounts.some(isDeployer)).map(roleName),
    ),
    equal("deployer: no role by asking", [], async () => {
      const roles = [["DEFAULT_ADMIN_ROLE", ADMIN_ROLE], ...ROLE_NAMES.map((name) => [name, roleId(name)])];
      const has = await Promise.all(roles.map(([, role]) => protocol.Authority.hasRole(role!, deployer)));
      return roles.flatMap(([name], i) => (has[i] ? [name] : []));
    }),
    {
      name: "deployer: no share",
      wanted: `no more than ${DUST_WEI} wei, wrapped or not`,
      ask: async () => {
        const [shares, wrapped] = await Promise.all([
          protocol.StakedEther.sharesOf(deployer),
          protocol.WrappedStakedEther.balanceOf(deployer),
        ]);
        return { ok: shares + wrapped <= DUST_WEI, got: `${shares} and ${wrapped} wrapped` };
      },
    },
    equal("deployer: no member of the committee, and none offered", [], async () => {
      const count = await protocol.CommitteeBonds.memberCount();
      const ids = Array.from({ length: Number(count) }, (_, i) => BigInt(i + 1));
      const members = await Promise.all(ids.map((id) => protocol.CommitteeBonds.memberOf(id)));
      return ids.filter((_, i) => {
        const { owner, proposedOwner } = members[i]!;
        return (isDeployer(owner) && !isNamed) || isDeployer(proposedOwner);
      });
    }),
    equal("deployer: no operator, and none offered", [], async () => {
      const count = await protocol.OperatorRegistry.count();
      const ids = Array.from({ length: Number(count) }, (_, i) => BigInt(i + 1));
      const operators = await Promise.all(ids.map((id) => protocol.OperatorRegistry.operator(id)));
      return ids.filter((_, i) => {
        const { manager, pendingManager, rewardAddress, pendingRewardAddress } = operators[i]!;
        return [manager, pendingManager, rewardAddress, pendingRewardAddress].some(isDeployer);
      });
    }),
    equal("deployer: names no governor any more", ZeroAddress, () => protocol.ExitWindowTimelock.appointer()),
  ];
}
