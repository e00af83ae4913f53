import { expect } from "chai";
import type { Caller } from "../../scripts/pages/guardReader.ts";
import { scanGuards, type Scan } from "../../scripts/pages/guards.ts";
import { compiled } from "./compiled.ts";
import { withProject } from "./project.ts";

const HEAD = "// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\n";

const ROLES = `${HEAD}
library Roles {
    /// @notice Keeps the vault, e.g. by sweeping it. And more that the page does not say.
    bytes32 internal constant KEEPER = keccak256("kedge.role.KEEPER");
    /// @notice Guards
    /// the vault.
    bytes32 internal constant GUARD = keccak256("kedge.role.GUARD");
}`;

const VAULT = `${HEAD}
import {Guarded} from "project/contracts/access/Guarded.sol";
import {IAuthority} from "project/contracts/interfaces/IAuthority.sol";
import {Roles} from "./access/Roles.sol";

error Refused();

abstract contract Base is Guarded {
    mapping(address => mapping(address => bool)) public isOperator;

    modifier onlyOwner(uint256 id) {
        _requireOwner(id, msg.sender);
        _;
    }

    function inherited() public virtual onlyRole(Roles.KEEPER) {}

    function overridden() public virtual onlyRole(Roles.KEEPER) {
        _hook();
    }

    function _hook() internal virtual {}

    function _requireOwner(uint256 id, address account) internal view virtual;
}

contract Vault is Base {
    address public immutable ledger;
    address private immutable _other;
    bool public isPaused;
    mapping(uint256 => address) public ownerOf;

    constructor(IAuthority authority_, address ledger_) Guarded(authority_) {
        ledger = ledger_;
        _other = ledger_;
    }

    receive() external payable {
        require(msg.sender == ledger, Refused());
    }

    function open() external { isPaused = false; }

    function look() external view onlyRole(Roles.KEEPER) returns (bool) { return isPaused; }

    function mine(uint256 id) external view onlyOwner(id) returns (bool) { return isPaused; }

    function byModifier(uint256[] calldata) external onlyRole(Roles.KEEPER) {}

    function byCall() external { _demand(Roles.GUARD); }

    function byCondition() external { if (isPaused) _requireRole(Roles.GUARD, msg.sender); else isPaused = true; }

    function ofAnother(address account) external view returns (bool) { return account == ledger; }

    function closing(address account) external { _requireRole(Roles.KEEPER, account); isPaused = true; }

    function overridden() public override { super.overridden(); }

    function _hook() internal override { _requireRole(Roles.GUARD, msg.sender); }

    function fromEither() external { if (msg.sender != ledger && _other != msg.sender) revert Refused(); isPaused = true; }

    function fromItself() external {
        address sender = msg.sender;
        if (sender != address(this)) revert Refused();
        isPaused = true;
    }

    function owned(uint256 id) external onlyOwner(id) {}

    function operated(address account) external {
        require(msg.sender == account || isOperator[account][msg.sender], Refused());
        isPaused = true;
    }

    function forAnyone(address account) external { require(account == ledger || msg.sender == account, Refused()); isPaused = true; }

    function refused() external { require(ownerOf[0] != msg.sender, Refused()); isPaused = true; }

    function _demand(bytes32 role) private view { _requireRole(role, msg.sender); }

    function _requireOwner(uint256 id, address account) internal view override { require(ownerOf[id] == account, Refused()); }
}`;

const GOVERNANCE = `${HEAD}
import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";

contract Wait is TimelockController {
    constructor(address[] memory none) TimelockController(1, none, none, address(0)) {}
}

contract Vote is GovernorSettings, GovernorCountingSimple, GovernorVotes {
    constructor(IVotes token) Governor("Vote") GovernorSettings(1, 1, 1) GovernorVotes(token) {}

    function quorum(uint256) public pure override returns (uint256) { return 1; }

    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }
}`;

const HIDDEN = `${HEAD}
import {Guarded} from "project/contracts/access/Guarded.sol";
import {IAuthority} from "project/contracts/interfaces/IAuthority.sol";
import {Roles} from "./access/Roles.sol";

contract Hidden is Guarded {
    uint256 public fee;

    constructor(IAuthority authority_) Guarded(authority_) {}

    function asksOfAnother(address account) external { fee = authority.hasRole(Roles.GUARD, account) ? 0 : 1; }

    function direct() external { require(authority.hasRole(Roles.KEEPER, msg.sender), "no keeper"); fee = 1; }

    function toOthers() external { if (authority.hasRole(Roles.GUARD, msg.sender)) revert(); fee = 1; }

    function asksInPassing() external {
        fee = authority.hasRole(Roles.KEEPER, msg.sender) ? 0 : 1;
    }
}`;

const role = (name: string, keeper = "Authority"): Caller => ({ kind: "role", keeper, role: name });

describe("check/pages: guards", () => {
  let scan: Scan;
  const guardsOf = (name: string) => {
    const [contract, signature] = name.split(".");
    return scan.functions.find((fn) => fn.contract === contract && fn.signature === signature)?.guards;
  };

  before(() => {
    const sources = {
      "project/contracts/access/Roles.sol": ROLES,
      "project/contracts/Vault.sol": VAULT,
      "project/contracts/Governance.sol": GOVERNANCE,
    };
    withProject(compiled(sources), ({ root }) => {
      scan = scanGuards(root);
    });
  });

  it("finds roles asked for by modifiers, by internal calls, and by what was inherited or overridden", () => {
    expect(guardsOf("Vault.byModifier(uint256[])")).to.deep.equal([{ callers: [role("KEEPER")] }]);
    expect(guardsOf("Vault.look()")).to.deep.equal([{ callers: [role("KEEPER")] }]);
    expect(guardsOf("Vault.byCall()")).to.deep.equal([{ callers: [role("GUARD")] }]);
    expect(guardsOf("Vault.inherited()")).to.deep.equal([{ callers: [role("KEEPER")] }]);
    expect(guardsOf("Vault.overridden()")).to.deep.equal([
      { callers: [role("KEEPER")] },
      { callers: [role("GUARD")] },
    ]);
  });

  it("says when a role is asked for, and whose", () => {
    expect(guardsOf("Vault.byCondition()")).to.deep.equal([{ callers: [role("GUARD")], when: "isPaused" }]);
    expect(guardsOf("Vault.closing(address)")).to.deep.equal([
      { callers: [{ ...role("KEEPER"), account: "account" }] },
    ]);
  });

  it("finds callers that are fixed", () => {
    expect(guardsOf("Vault.receive()")).to.deep.equal([
      { callers: [{ kind: "contract", variable: "ledger" }] },
    ]);
    expect(guardsOf("Vault.fromEither()")).to.deep.equal([
      {
        callers: [
          { kind: "contract", variable: "ledger" },
          { kind: "contract", variable: "_other" },
        ],
      },
    ]);
    expect(guardsOf("Vault.fromItself()")).to.deep.equal([
      { callers: [{ kind: "contract", variable: "this" }] },
    ]);
  });

  it("finds owners, in the words of the function that is called", () => {
    expect(guardsOf("Vault.owned(uint256)")).to.deep.equal([
      { callers: [{ kind: "condition", text: "ownerOf[id] == msg.sender" }] },
    ]);
    expect(guardsOf("Vault.operated(address)")).to.deep.equal([
      {
        callers: [{ kind: "condition", text: "msg.sender == account || isOperator[account][msg.sender]" }],
      },
    ]);
  });

  it("leaves out what anyone may call", () => {
    const others = ["open()", "mine(uint256)", "ofAnother(address)", "forAnyone(address)", "refused()"];
    for (const signature of others) expect(guardsOf(`Vault.${signature}`), signature).to.equal(undefined);
    expect(scan.functions.filter(({ contract }) => contract === "Base")).to.deep.equal([]);
  });

  it("reads roles in their order, each with its first sentence", () => {
    expect(scan.roles).to.deep.equal([
      { name: "KEEPER", says: "Keeps the vault, e.g. by sweeping it." },
      { name: "GUARD", says: "Guards the vault." },
    ]);
  });

  it("takes a governor and a timelock as they come", () => {
    expect(guardsOf("Vote.setVotingDelay(uint48)")).to.deep.equal([{ callers: [{ kind: "governance" }] }]);
    expect(guardsOf("Vote.relay(address, uint256, bytes)")).to.deep.equal([
      { callers: [{ kind: "governance" }] },
    ]);
    expect(guardsOf("Vote.castVote(uint256, uint8)")).to.equal(undefined);
    expect(guardsOf("Wait.cancel(bytes32)")).to.deep.equal([{ callers: [role("CANCELLER_ROLE", "Wait")] }]);
    expect(guardsOf("Wait.updateDelay(uint256)")).to.deep.equal([
      { callers: [{ kind: "contract", variable: "this" }] },
    ]);
    expect(guardsOf("Wait.grantRole(bytes32, address)")).to.deep.equal([
      { callers: [role("getRoleAdmin(role)", "Wait")] },
    ]);
    const execute = guardsOf("Wait.execute(address, uint256, bytes, bytes32, bytes32)");
    expect(execute).to.deep.equal([
      { callers: [role("EXECUTOR_ROLE", "Wait")], when: "!hasRole(EXECUTOR_ROLE, address(0))" },
    ]);
  });

  it("fails where a role is used in a way that it does not understand", () => {
    expect(scan.findings).to.deep.equal([]);
    const sources = {
      "project/contracts/access/Roles.sol": ROLES,
      "project/contracts/Hidden.sol": HIDDEN,
    };
    withProject(compiled(sources), ({ root }) => {
      const { functions, findings } = scanGuards(root);
      expect(findings).to.deep.equal([
        "contracts/Hidden.sol:17 uses Roles.GUARD in a way that guards no function",
        "contracts/Hidden.sol:20 uses Roles.KEEPER in a way that guards no function",
      ]);
      expect(functions).to.deep.equal([
        { contract: "Hidden", signature: "direct()", guards: [{ callers: [role("KEEPER")] }] },
      ]);
    });
  });

  it("passes a project without contracts", () => {
    withProject({}, ({ root }) => {
      expect(scanGuards(root)).to.deep.equal({ functions: [], roles: [], findings: [] });
    });
  });
});
