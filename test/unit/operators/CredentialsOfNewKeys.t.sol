// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IBeaconDepositor} from "../../../contracts/interfaces/IBeaconDepositor.sol";
import {IBeaconVerifier} from "../../../contracts/interfaces/IBeaconVerifier.sol";
import {IDepositPort} from "../../../contracts/interfaces/IDepositPort.sol";
import {ISlashingOracle} from "../../../contracts/interfaces/ISlashingOracle.sol";
import {BeaconProofs} from "../../../contracts/libraries/BeaconProofs.sol";
import {BeaconDepositor} from "../../../contracts/operators/BeaconDepositor.sol";
import {BeaconVerifier} from "../../../contracts/oracle/BeaconVerifier.sol";
import {SlashingOracle} from "../../../contracts/oracle/SlashingOracle.sol";
import {SignedDeposits} from "../../utils/SignedDeposits.sol";
import {Vm} from "../../utils/Vm.sol";

/// @notice A fork wants another prefix of new credentials: governance moves the depositor's role to a depositor that has
/// it. The vault stays the same, whoever was depositor before is out, and keys of before go on.
contract CredentialsOfNewKeysTest is SignedDeposits {
    bytes1 private constant MOVED = 0x03;
    uint64 private constant ETHER = 1e9;

    BeaconDepositor private former;

    function setUp() public override {
        super.setUp();
        operatorRegistry.setCurated(RIVAL, true);
        former = depositor;
    }

    /* THE PORT */

    function test_depositUnder_RevertWhen_ThePrefixIsLower() public {
        for (uint8 prefix = 0; prefix < 2; ++prefix) {
            bytes memory refused = abi.encodeWithSelector(
                IDepositPort.PrefixTooLow.selector,
                bytes1(prefix),
                bytes1(0x02)
            );
            authority.grantRole(Roles.DEPOSITOR, address(this));
            Signed memory one = good(0);
            vm.expectRevert(refused);
            ledger.depositUnder(bytes1(prefix), one.pubkey, one.signature, amountsOf(1, ETHER));
        }
        assertEq(depositCount(), 0, "deposits");
    }

    /// @dev POOL-2, VAL-1: whatever a depositor asks for, the vault is ours, and a key that is not proven gets 1 ETH.
    function testFuzz_depositUnder_KeepsTheVaultAndTheAmount(bytes1 prefix, uint64 amount) public {
        prefix = bytes1(uint8(bound(uint8(prefix), 2, 255)));
        authority.grantRole(Roles.DEPOSITOR, address(this));
        Signed memory one = good(0);
        amount = uint64(bound(amount, ETHER + 1, 5_000 * ETHER));
        vm.expectRevert(abi.encodeWithSelector(IDepositPort.KeyNotProven.selector, one.pubkey, amount));
        ledger.depositUnder(prefix, one.pubkey, one.signature, amountsOf(1, amount));
        vm.recordLogs();
        ledger.depositUnder(prefix, one.pubkey, one.signature, amountsOf(1, ETHER));
        bytes32 credentials = credentialsIn(vm.getRecordedLogs())[0];
        assertEq(credentials[0], prefix, "prefix");
        assertEq(
            uint256(credentials) & type(uint248).max,
            uint256(uint160(address(withdrawalVault))),
            "vault"
        );
    }

    /* NEW KEYS */

    function test_predepositChecked_UsesThePrefixOfItsDepositor() public {
        moveDepositor();
        Signed[] memory all = new Signed[](2);
        (all[0], all[1]) = (signed("$.moved[0]"), signed("$.moved[1]"));
        Batch memory b = commitSigned(OPERATOR, all);
        vm.recordLogs();
        predepositChecked(OPERATOR, b);
        bytes32[] memory credentials = credentialsIn(vm.getRecordedLogs());
        assertEq(credentials.length, 2, "deposits");
        for (uint256 i = 0; i < 2; ++i) assertEq(credentials[i], oursUnder(MOVED), "ours");
    }

    /// @dev Keys that were committed for the former prefix cannot be spent by whoever calls, at their bond's cost.
    function test_predepositChecked_RevertGiven_KeysAreSignedForTheFormerPrefix() public {
        Batch memory b = commitSigned(OPERATOR, goods(2));
        Batch memory known = commitSigned(RIVAL, goods(2));
        moveDepositor();
        bytes memory invalid = abi.encodeWithSelector(
            IBeaconDepositor.SignatureInvalid.selector,
            good(0).pubkey
        );
        vm.expectRevert(invalid);
        predepositChecked(OPERATOR, b);
        vm.expectRevert(invalid);
        predepositChecked(RIVAL, known);
        vm.expectRevert(abi.encodeWithSelector(IBeaconDepositor.SignaturesUnchecked.selector, RIVAL));
        predepositUnchecked(RIVAL, known);
        assertEq(depositCount(), 0, "deposits");
    }

    /// @dev The other way round: a depositor of before can send nothing any more.
    function test_formerDepositor_IsOut() public {
        Batch memory b = commitSigned(RIVAL, only(signed("$.moved[0]")));
        KeySet memory s = committed(OPERATOR, "pair");
        predeposit(OPERATOR, s);
        moveDepositor();
        depositor = former;
        bytes memory refused = abi.encodeWithSelector(
            Guarded.Unauthorized.selector,
            address(former),
            Roles.DEPOSITOR
        );
        vm.expectRevert(refused);
        predepositUnchecked(RIVAL, b);
        vm.expectRevert(refused);
        predepositChecked(RIVAL, batchOf(goods(1)));
        vm.expectRevert(refused);
        proveAndTopUp(OPERATOR, s, amountsOf(2, 31 * ETHER));
    }

    /* KEYS OF BEFORE */

    /// @dev What was predeposited under the former prefix is proven and topped up by the successor.
    function test_keysOfBefore_AreProvenAndToppedUp() public {
        KeySet memory s = committed(OPERATOR, "pair");
        predeposit(OPERATOR, s);
        moveDepositor();
        assertEq(s.validators[0].withdrawalCredentials, ledger.withdrawalCredentials(), "the former");
        proveAndTopUp(OPERATOR, s, amountsOf(2, 31 * ETHER));
        depositor.topUp(proofOf(s), amountsOf(2, ETHER));
        assertEq(DEPOSIT_CONTRACT.balance, 66 ether, "deposited");
    }

    /// @dev VAL-1: an oracle that is made after the move takes keys of before for ours, so that no bond pays for them.
    function test_keysOfBefore_AreNotForeignToALaterOracle() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        moveDepositor();
        BeaconVerifier verifier = makeVerifier();
        SlashingOracle later = factory.newSlashingOracle(
            verifier,
            ledger,
            validatorRegistry,
            operatorRegistry,
            bonds,
            queue,
            slashingParameters()
        );
        authority.grantRole(Roles.WITNESS, address(later));
        IBeaconVerifier.BlockProof memory b;
        b.timestamp = rootTime;
        b.slot = type(uint64).max;
        bytes32 pubkeyHash = keccak256(s.validators[0].pubkey);
        vm.expectRevert(abi.encodeWithSelector(ISlashingOracle.CredentialsAreOurs.selector, pubkeyHash));
        later.proveForeign(
            OPERATOR,
            s.root,
            s.gindices[0],
            s.signatureHashes[0],
            s.proof,
            b,
            uint40(s.indices[0]),
            s.validators[0],
            s.validatorsProof
        );
    }

    function test_proveAndTopUpOne_TakesTheNewPrefixAlone() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        KeySet memory moved = keySet(keys, "moved");
        predeposit(OPERATOR, moved);
        moveDepositor();
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        proveOne(s);
        proveOne(moved);
        assertTrue(validatorRegistry.isProven(moved.indices[0]), "proven");
    }

    function test_proveAndTopUp_TakesTheNewPrefixFromTheSuccessorAlone() public {
        KeySet memory s = committed(OPERATOR, "moved");
        predeposit(OPERATOR, s);
        assertEq(s.validators[0].withdrawalCredentials, oursUnder(MOVED), "the new");
        vm.expectPartialRevert(IBeaconDepositor.WrongCredentials.selector);
        proveAndTopUp(OPERATOR, s, amountsOf(1, 31 * ETHER));
        moveDepositor();
        proveAndTopUp(OPERATOR, s, amountsOf(1, 31 * ETHER));
        assertEq(DEPOSIT_CONTRACT.balance, 32 ether, "deposited");
    }

    /// @dev A prefix that was never in force may mean nothing to the beacon chain: such a validator may never pay out.
    function test_proveAndTopUp_RevertGiven_ThePrefixWasNeverInForce() public {
        string[3] memory names = ["moved", "eth1Credentials", "foreign"];
        committed(OPERATOR, "key0");
        for (uint256 i = 0; i < names.length; ++i) predeposit(OPERATOR, keySet(keys, names[i]));
        moveDepositorTo(0x04);
        for (uint256 i = 0; i < names.length; ++i) {
            KeySet memory s = keySet(keys, names[i]);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IBeaconDepositor.WrongCredentials.selector,
                    s.indices[0],
                    s.validators[0].withdrawalCredentials,
                    oursUnder(0x04)
                )
            );
            proveAndTopUp(OPERATOR, s, amountsOf(1, 31 * ETHER));
        }
    }

    /* CONSTRUCTOR */

    function test_constructor_RevertWhen_AMovedPrefixGoesUnchecked() public {
        IBeaconDepositor.Parameters memory p = depositorParameters();
        p.credentialsPrefix = MOVED;
        for (uint256 i = 0; i < 3; ++i) {
            (p.checksCurated, p.checksOthers) = (i == 1, i == 2);
            vm.expectRevert(abi.encodeWithSelector(IBeaconDepositor.SignaturesMustBeChecked.selector, MOVED));
            makeDepositor(allocator, p);
        }
        p.credentialsPrefix = 0x01;
        vm.expectRevert(
            abi.encodeWithSelector(IDepositPort.PrefixTooLow.selector, bytes1(0x01), bytes1(0x02))
        );
        makeDepositor(allocator, p);
    }

    /* INTERNAL */

    function oursUnder(bytes1 prefix) private view returns (bytes32) {
        return bytes32(prefix) | bytes32(uint256(uint160(address(withdrawalVault))));
    }

    function moveDepositor() private {
        moveDepositorTo(MOVED);
        assertEq(depositor.withdrawalCredentials(), oursUnder(MOVED), "credentials");
    }

    /// @dev In one operation of governance: the role leaves the one and goes to the other.
    function moveDepositorTo(bytes1 prefix) private {
        IBeaconDepositor.Parameters memory p = depositorParameters();
        (p.checksCurated, p.checksOthers, p.credentialsPrefix) = (true, true, prefix);
        depositor = makeDepositor(allocator, p);
        authority.revokeRole(Roles.DEPOSITOR, address(former));
        authority.grantRole(Roles.DEPOSITOR, address(depositor));
    }

    function proveOne(KeySet memory s) private {
        depositor.proveAndTopUpOne(
            IBeaconDepositor.OneValidator({
                timestamp: rootTime,
                validatorIndex: uint40(s.indices[0]),
                effectiveBalance: s.validators[0].effectiveBalance,
                activationEligibilityEpoch: s.validators[0].activationEligibilityEpoch,
                activationEpoch: s.validators[0].activationEpoch,
                amountGwei: 31 * ETHER,
                gindex: s.gindices[0],
                operatorId: OPERATOR,
                root: s.root,
                signatureHash: s.signatureHashes[0]
            }),
            s.validators[0].pubkey,
            s.validatorsProof,
            s.proof
        );
    }

    function credentialsIn(Vm.Log[] memory logs) private pure returns (bytes32[] memory found) {
        uint256 count = 0;
        found = new bytes32[](logs.length);
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != DEPOSIT_CONTRACT) continue;
            (, bytes memory credentials, , , ) = abi.decode(
                logs[i].data,
                (bytes, bytes, bytes, bytes, bytes)
            );
            found[count++] = bytes32(credentials);
        }
        assembly ("memory-safe") {
            mstore(found, count)
        }
    }
}
