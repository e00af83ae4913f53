// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IBeaconVerifier} from "../../contracts/interfaces/IBeaconVerifier.sol";
import {ISlashingOracle} from "../../contracts/interfaces/ISlashingOracle.sol";
import {IStakeAllocator} from "../../contracts/interfaces/IStakeAllocator.sol";
import {IValidatorRegistry} from "../../contracts/interfaces/IValidatorRegistry.sol";
import {SlashingOracle} from "../../contracts/oracle/SlashingOracle.sol";
import {Allotments__Mock} from "../mocks/Allotments__Mock.sol";
import {Verifier__Mock} from "../mocks/Verifier__Mock.sol";
import {Protocol} from "./Protocol.sol";

/// @notice The protocol with three operators that have bonds, keys in commitments of one, and validators. The test says
/// that a key is proven, in the depositor's place; whatever is predeposited was drawn.
abstract contract BondedOperators is Protocol {
    struct OneKey {
        uint256 operatorId;
        bytes32 id;
        bytes32 root;
        bytes pubkey;
        bytes32 signatureHash;
        uint40 validatorIndex;
    }

    uint256 internal constant OPERATORS = 3;
    uint256 internal constant FIRST_VALIDATOR = 1_000;
    uint64 internal constant GWEI_PER_ETHER = 1e9;
    uint32 private constant PLACE = 1;

    address[OPERATORS + 1] internal managers;
    OneKey[] internal allKeys;

    function setUp() public virtual override {
        deployProtocol();
        IStakeAllocator drawn = IStakeAllocator(address(new Allotments__Mock()));
        depositor = makeDepositor(drawn, depositorParameters());
        authority.grantRole(Roles.DEPOSITOR, address(depositor));
        authority.grantRole(Roles.DEPOSITOR, address(this));
        authority.grantRole(Roles.WITNESS, address(this));
        for (uint256 id = 1; id <= OPERATORS; ++id) {
            managers[id] = makeAddr(string.concat("manager ", vm.toString(id)));
            vm.prank(managers[id]);
            operatorRegistry.register(managers[id], 1_000);
        }
    }

    /// @notice An oracle over a double of the beacon chain, that may burn bonds. It asks for a fifth of the balance as its
    /// provision.
    function makeSlashingOracle(
        Verifier__Mock verifier,
        uint32 slashingsVector
    ) internal returns (SlashingOracle slashing) {
        ISlashingOracle.Parameters memory p = slashingParameters();
        (p.provisionBp, p.slashingsVector) = (2_000, slashingsVector);
        slashing = factory.newSlashingOracle(
            IBeaconVerifier(address(verifier)),
            ledger,
            validatorRegistry,
            operatorRegistry,
            bonds,
            queue,
            p
        );
        authority.grantRole(Roles.WITNESS, address(slashing));
    }

    /* KEYS */

    /// @notice Commits and predeposits a new key.
    function predepositKey(uint256 operatorId) internal {
        bytes32 seed = keccak256(abi.encode("key", allKeys.length));
        OneKey memory k;
        k.operatorId = operatorId;
        k.pubkey = abi.encodePacked(seed, bytes16(seed));
        bytes memory signature = abi.encodePacked(seed, seed, seed);
        k.signatureHash = keccak256(signature);
        // the tree of one key
        k.root = keccak256(abi.encodePacked(keccak256(k.pubkey), k.signatureHash));
        vm.prank(managers[operatorId]);
        k.id = validatorRegistry.commit(operatorId, k.root, 1, "");
        allKeys.push(k);
        depositor.predeposit(operatorId, k.root, place(), k.pubkey, signature, new bytes32[](0));
    }

    /// @notice Shows that a key is a validator of ours, and deposits `topUpEth` for it.
    function proveKey(uint256 at, uint64 topUpEth) internal {
        OneKey storage k = allKeys[at];
        k.validatorIndex = uint40(FIRST_VALIDATOR + at);
        uint256 reservedEth = validatorRegistry.proveOne(
            k.operatorId,
            k.root,
            IValidatorRegistry.Link({
                gindex: PLACE,
                validatorIndex: k.validatorIndex,
                topUpGwei: topUpEth * GWEI_PER_ETHER,
                pubkeyHash: keccak256(k.pubkey),
                signatureHash: k.signatureHash
            }),
            new bytes32[](0)
        );
        if (reservedEth > 0) bonds.requireBacked(k.operatorId);
        if (topUpEth == 0) return;
        uint64[] memory amounts = new uint64[](1);
        amounts[0] = topUpEth * GWEI_PER_ETHER;
        ledger.deposit(k.pubkey, "", amounts);
    }

    function lockKey(uint256 at) internal {
        bonds.lockOverdue(allKeys[at].operatorId, allKeys[at].root, place());
    }

    function burnKey(uint256 at) internal {
        bonds.burnOverdue(allKeys[at].operatorId, allKeys[at].root, place());
    }

    function keyState(uint256 at) internal view returns (IValidatorRegistry.KeyState) {
        return validatorRegistry.stateOf(allKeys[at].id, PLACE);
    }

    /// @notice Whether it is over its deadline, and over the second one.
    function isKeyOverdue(uint256 at) internal view returns (bool overdue, bool lost) {
        return validatorRegistry.isOverdue(allKeys[at].id, PLACE);
    }

    /// @notice Whether the bond backs 32 ETH more.
    function backsAnother(uint256 operatorId) internal view returns (bool) {
        return bonds.capacityOf(operatorId) >= uint256(validatorRegistry.stakeOf(operatorId).eth) + 32;
    }

    function place() private pure returns (uint32[] memory gindices) {
        gindices = new uint32[](1);
        gindices[0] = PLACE;
    }
}
