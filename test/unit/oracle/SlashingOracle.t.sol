// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../../contracts/access/Roles.sol";
import {IBeaconVerifier} from "../../../contracts/interfaces/IBeaconVerifier.sol";
import {IBondVault} from "../../../contracts/interfaces/IBondVault.sol";
import {IOperatorRegistry} from "../../../contracts/interfaces/IOperatorRegistry.sol";
import {ISlashingOracle} from "../../../contracts/interfaces/ISlashingOracle.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {BeaconProofs} from "../../../contracts/libraries/BeaconProofs.sol";
import {BeaconRoots} from "../../../contracts/libraries/BeaconRoots.sol";
import {BeaconVerifier} from "../../../contracts/oracle/BeaconVerifier.sol";
import {SlashingOracle} from "../../../contracts/oracle/SlashingOracle.sol";
import {BeaconValidator} from "../../../contracts/types/BeaconValidator.sol";
import {Validators} from "../../utils/Validators.sol";

/// @notice Faults proven against a real state: slashed, exiting, withdrawn, foreign credentials. Validators were proven by
/// the test in the depositor's place, since the state shows them at their end.
contract SlashingOracleTest is Validators {
    uint256 private constant EPOCH_SECONDS = SLOTS_PER_EPOCH * SECONDS_PER_SLOT;
    uint64 private constant GWEI_PER_ETHER = 1e9;

    BeaconVerifier private verifier;
    SlashingOracle private slashing;
    address private prover = makeAddr("prover");

    function setUp() public override {
        super.setUp();
        verifier = makeVerifier();
        slashing = deploySlashing(slashingParameters());
        authority.grantRole(Roles.DEPOSITOR, address(this));
    }

    /* SLASHED */

    function test_proveSlashed_LocksTheBondAndStopsTheOperator() public {
        KeySet memory s = provenAs("slashed", 31);
        uint256 asked = 32 ether / uint256(4_096) + 0.64 ether + 0.00078125 ether;
        vm.expectEmit(address(bonds));
        emit IBondVault.BondLocked(OPERATOR, 20, prover, asked + 1e9, asked, 0);
        proveSlashed(s);

        assertEq(uint256(bonds.bondOf(OPERATOR).shares), BOND, "bond");
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), asked + 1e9, "locked");
        assertEq(bonds.lockOf(20).prover, prover, "who is paid");
        assertEq(uint256(bonds.lockOf(20).baseGwei), 32 * GWEI_PER_ETHER, "what was at stake");
        assertTrue(operatorRegistry.standingOf(OPERATOR) == IOperatorRegistry.Standing.Jailed, "standing");
        IValidatorRegistry.Validator memory v = validatorRegistry.validator(20);
        assertTrue(v.slashed, "slashed");
        assertTrue(v.state == IValidatorRegistry.ValidatorState.Exiting, "state");
        // BND-2, and the stake stays until it is withdrawn
        assertEq(uint256(bonds.bondOf(RIVAL).shares), BOND, "the other bond");
        assertEq(uint256(validatorRegistry.stakeOf(OPERATOR).eth), 32, "stake");
    }

    /// @dev SLA-1.
    function test_proveSlashed_RevertGiven_ItWasProven() public {
        KeySet memory s = provenAs("slashed", 31);
        proveSlashed(s);
        expectNothingNew(IValidatorRegistry.ValidatorState.Exiting);
        proveSlashed(s);
        // nor when there is more to tell of it, and its lock is gone
        authority.grantRole(Roles.WITNESS, address(this));
        bonds.settle(20, 32 * GWEI_PER_ETHER, true, 0);
        vm.warp(GENESIS_TIME + (uint256(s.validators[0].exitEpoch) + 1) * SLOTS_PER_EPOCH * SECONDS_PER_SLOT);
        freshRoot();
        uint256 bond = bonds.bondOf(OPERATOR).shares;
        expectNothingNew(IValidatorRegistry.ValidatorState.Exiting);
        proveSlashed(s);
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), bond, "bond");
    }

    function test_proveSlashed_RevertWhen_NotOursOrNotSlashed() public {
        KeySet memory s = keySet(keys, "slashed");
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorUnknown.selector, 20));
        proveSlashed(s);
        s = provenAs("exiting", 31);
        vm.expectRevert(abi.encodeWithSelector(ISlashingOracle.NotSlashed.selector, 21));
        proveSlashed(s);
        // to say so does not make it so
        s.validators[0].slashed = true;
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        proveSlashed(s);
    }

    function testFuzz_proveSlashed_RevertWhen_AnythingIsChanged(uint256 what, uint256 bit) public {
        KeySet memory s = provenAs("slashed", 31);
        BeaconValidator memory v = s.validators[0];
        what = bound(what, 0, 7);
        if (what == 0) v.pubkey[bit % 48] ^= 0x01;
        if (what == 1) v.withdrawalCredentials ^= bytes32(uint256(1) << (bit % 256));
        if (what == 2) v.effectiveBalance ^= uint64(1) << uint64(bit % 64);
        if (what == 3) v.activationEligibilityEpoch ^= uint64(1) << uint64(bit % 64);
        if (what == 4) v.activationEpoch ^= uint64(1) << uint64(bit % 64);
        if (what == 5) v.exitEpoch ^= uint64(1) << uint64(bit % 64);
        if (what == 6) v.withdrawableEpoch ^= uint64(1) << uint64(bit % 64);
        if (what == 7)
            s.validatorsProof[bit % s.validatorsProof.length] ^= bytes32(uint256(1) << (bit % 256));
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        proveSlashed(s);
    }

    function test_proveSlashed_RevertWhen_TheBlockIsUnknown() public {
        KeySet memory s = provenAs("slashed", 31);
        IBeaconVerifier.BlockProof memory b = recent();
        b.timestamp += 12;
        vm.expectRevert(abi.encodeWithSelector(BeaconRoots.BeaconRootUnknown.selector, b.timestamp));
        slashing.proveSlashed(b, 20, s.validators[0], s.validatorsProof);
    }

    /// @dev What the bond does not have is told, and neither the proof nor the bounty fails for it.
    function test_proveSlashed_OfASmallBond() public {
        KeySet memory s = provenAs("slashed", 31);
        authority.grantRole(Roles.WITNESS, address(this));
        bonds.lock(OPERATOR, 7, BOND - 20 ether - 1, 1, address(0));
        uint256 free = BOND - bonds.bondOf(OPERATOR).locked;
        slashing = deploySlashing(withProvision(10_000));
        uint256 penalty = 32 ether / uint256(4_096);
        uint256 asked = penalty + 32 ether + penalty / 10;
        vm.expectEmit(address(bonds));
        emit IBondVault.BondLocked(OPERATOR, 20, prover, free, asked, asked - free);
        proveSlashed(s);
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), BOND, "all of it");
        // the prover is paid first
        report(0);
        settle(s);
        assertEq(ledger.sharesOf(prover), penalty / 10, "bounty");
    }

    /// @dev A top-up that is pending, or ether that was withdrawn before, is no loss of a slashing.
    function test_proveSlashed_TakesTheBalanceNotWhatWasDeposited() public {
        KeySet memory s = provenAs("slashed", 2_047);
        proveSlashed(s);
        assertEq(bonds.lockOf(20).baseGwei, 32 * GWEI_PER_ETHER, "what is at stake");
        report(0);
        settle(s);
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), BOND - 0.00078125 ether, "only the bounty");
    }

    /// @dev SLA-2: exits are held for what bonds do not cover, above 5 in 10,000 of the pool, and for nothing else.
    function testFuzz_proveSlashed_HoldsExitsForWhatIsUncovered(uint256 free) public {
        KeySet memory s = provenAs("slashed", 31);
        slashing = deploySlashing(withProvision(10_000));
        authority.grantRole(Roles.WITNESS, address(this));
        free = bound(free, 1.6 ether, 40 ether);
        bonds.lock(OPERATOR, 7, BOND - free - 1, 1, address(0));
        uint256 penalty = 32 ether / uint256(4_096);
        uint256 asked = 32 ether + penalty + penalty / 10;
        uint256 left = BOND - bonds.bondOf(OPERATOR).locked;
        uint256 uncovered = asked > left ? asked - left : 0;
        bool held = uncovered * 10_000 > ledger.getTotalPooledEther() * 5;
        proveSlashed(s);
        assertEq(bonds.uncoveredSince(0), uncovered, "uncovered");
        (uint256 refTime, uint256 endsAt) = queue.heldUntil();
        assertEq(refTime, held ? currentTime() : 0, "held up to");
        assertEq(endsAt, held ? currentTime() + 3 * FRAME_SECONDS : 0, "and until");
    }

    /// @dev What an earlier report has booked holds nothing any more.
    function test_proveSlashed_HoldsNothingForWhatIsBooked() public {
        KeySet memory s = provenAs("slashed", 31);
        authority.grantRole(Roles.WITNESS, address(this));
        bonds.lock(OPERATOR, 7, 10_000 ether, 1, address(0));
        report(0);
        freshRoot();
        // nothing is free: 0.6478125 ETH more are uncovered, which alone is too little
        assertLt(0.6478125 ether * 10_000, ledger.getTotalPooledEther() * 5, "a pool large enough");
        proveSlashed(s);
        (uint256 refTime, ) = queue.heldUntil();
        assertEq(refTime, 0, "not held");
    }

    /* SETTLEMENT */

    /// @dev The balance was 32 ETH and 20 gwei of 40 ETH: eight are burnt, once a report has booked them.
    function test_settle_BurnsWhatTheBalanceLacks() public {
        KeySet memory s = slashedOfForty();
        uint256 slot = (rootTime - GENESIS_TIME) / SECONDS_PER_SLOT - 1;
        vm.expectRevert(
            abi.encodeWithSelector(ISlashingOracle.NotBookedYet.selector, slot, FIRST_FRAME * SLOTS_PER_FRAME)
        );
        settle(s);
        report(0);
        uint256 bounty = (40 ether / uint256(4_096)) / 10;
        uint256 held = bonds.bondOf(OPERATOR).shares - bounty;
        vm.expectEmit(address(slashing));
        emit ISlashingOracle.SlashingSettled(20, slot, 32 * GWEI_PER_ETHER + 20, true);
        settle(s);
        uint256 loss = 8 ether - 20 gwei;
        assertApproxEqAbs(uint256(bonds.bondOf(OPERATOR).shares), held - loss, 1, "burnt");
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 0, "unlocked");
        assertEq(bonds.totalUncovered(), 0, "covered");
        assertEq(ledger.sharesOf(prover), bounty, "bounty");
    }

    /// @dev Before the penalty for correlated slashings is over, the lock stays.
    function test_settle_KeepsTheLockBeforeTheLastPenalty() public {
        KeySet memory s = slashedOfForty();
        ISlashingOracle.Parameters memory p = withProvision(5_000);
        p.slashingsVector = 64;
        slashing = deploySlashing(p);
        report(0);
        uint256 locked = bonds.bondOf(OPERATOR).locked;
        settle(s);
        uint256 bounty = (40 ether / uint256(4_096)) / 10;
        uint256 loss = 8 ether - 20 gwei;
        assertApproxEqAbs(uint256(bonds.bondOf(OPERATOR).locked), locked - loss - bounty, 1e9, "locked");
        assertEq(uint256(bonds.lockOf(20).baseGwei), 32 * GWEI_PER_ETHER + 20, "base");
        // once more burns nothing more
        uint256 held = bonds.bondOf(OPERATOR).shares;
        settle(s);
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), held, "burnt once");
    }

    function test_settle_RevertWhen_AnotherBalance() public {
        KeySet memory s = slashedOfForty();
        report(0);
        (bytes32 chunk, bytes32[] memory proof) = slashedBalance();
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        slashing.settle(
            recent(),
            20,
            s.validators[0],
            s.validatorsProof,
            chunk ^ bytes32(uint256(1) << 255),
            proof
        );
    }

    /* THE LIFE OF A VALIDATOR */

    function test_proveState_FollowsTheEpochs() public {
        KeySet memory s = provenAs("exiting", 31);
        expectState(s, IValidatorRegistry.ValidatorState.Exiting);
        vm.expectRevert();
        proveState(s);
        moveToEpoch(22_700);
        expectState(s, IValidatorRegistry.ValidatorState.Exited);
        // withdrawable, and not paid out
        moveToEpoch(22_956);
        vm.expectRevert();
        proveState(s);
        assertEq(uint256(validatorRegistry.stakeOf(OPERATOR).eth), 32, "stake");
    }

    function test_proveState_FreesTheStakeOfTheWithdrawn() public {
        KeySet memory s = provenAs("withdrawn", 31);
        expectState(s, IValidatorRegistry.ValidatorState.Withdrawn);
        assertEq(uint256(validatorRegistry.stakeOf(OPERATOR).eth), 0, "stake");
        claimBond(OPERATOR, BOND);
    }

    function test_proveState_RevertGiven_TheSlashingIsNotProven() public {
        KeySet memory s = provenAs("slashed", 31);
        vm.expectRevert(abi.encodeWithSelector(ISlashingOracle.SlashingNotProven.selector, 20));
        proveState(s);
        proveSlashed(s);
        moveToEpoch(22_700);
        expectState(s, IValidatorRegistry.ValidatorState.Exited);
        assertTrue(validatorRegistry.validator(20).slashed, "slashed");
    }

    function test_proveState_RevertGiven_NothingNew() public {
        KeySet memory s = provenAs("key0", 31);
        vm.expectRevert(
            abi.encodeWithSelector(
                IValidatorRegistry.NothingNew.selector,
                100,
                IValidatorRegistry.ValidatorState.Proven,
                false
            )
        );
        proveState(s);
    }

    /* FOREIGN CREDENTIALS */

    function test_proveForeign_TheBondPays() public {
        KeySet memory s = committed(OPERATOR, "foreign");
        predeposit(OPERATOR, s);
        bytes32 credentials = s.validators[0].withdrawalCredentials;
        vm.expectEmit(address(slashing));
        emit ISlashingOracle.ForeignCredentialsProven(
            OPERATOR,
            keccak256(s.validators[0].pubkey),
            prover,
            credentials
        );
        giveUpForeign(s);
        assertEq(ledger.sharesOf(prover), 0.1 ether, "bounty");
        assertEq(
            uint256(bonds.bondOf(OPERATOR).shares),
            BOND - 1.5 ether - 2,
            "predeposit and fine, each rounded up"
        );
        assertEq(uint256(validatorRegistry.stakeOf(OPERATOR).eth), 0, "stake");
        assertTrue(operatorRegistry.standingOf(OPERATOR) == IOperatorRegistry.Standing.Jailed, "standing");
        vm.expectPartialRevert(IValidatorRegistry.WrongState.selector);
        giveUpForeign(s);
    }

    /// @dev What was locked while it was overdue is free for the fine.
    function test_proveForeign_OfAnOverdueKey() public {
        KeySet memory s = committed(OPERATOR, "foreign");
        predeposit(OPERATOR, s);
        vm.warp(vm.getBlockTimestamp() + (PREDEPOSIT_DEADLINE * 5) / 4);
        bonds.lockOverdue(OPERATOR, s.root, s.gindices);
        freshRoot();
        giveUpForeign(s);
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 0, "locked");
        assertApproxEqAbs(uint256(bonds.bondOf(OPERATOR).shares), BOND - 1.5 ether, 2, "bond");
    }

    /// @dev Whoever hides until its predeposit is given up has paid for that alone: the fine comes, and the standing goes.
    function test_proveForeign_OfALostKey() public {
        KeySet memory s = committed(OPERATOR, "foreign");
        predeposit(OPERATOR, s);
        predeposit(OPERATOR, keySet(keys, "key0"));
        giveUpLate(s);
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), BOND - 1 ether - 1, "the predeposit");
        assertTrue(operatorRegistry.standingOf(OPERATOR) == IOperatorRegistry.Standing.Good, "standing");
        freshRoot();
        vm.expectEmit(address(bonds));
        emit IBondVault.BondBurnt(OPERATOR, 0.4 ether + 1, 0, 0);
        giveUpForeign(s);
        assertEq(ledger.sharesOf(prover), 0.1 ether, "bounty");
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), BOND - 1.5 ether - 2, "as if proven in time");
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 0, "locked");
        assertEq(uint256(validatorRegistry.stakeOf(OPERATOR).eth), 32, "stake of the other key");
        assertTrue(operatorRegistry.standingOf(OPERATOR) == IOperatorRegistry.Standing.Jailed, "standing");
        vm.expectRevert(
            abi.encodeWithSelector(
                IValidatorRegistry.WrongState.selector,
                validatorRegistry.commitmentIdOf(OPERATOR, s.root),
                s.gindices[0],
                IValidatorRegistry.KeyState.Foreign
            )
        );
        giveUpForeign(s);
    }

    /// @dev What the bond did not have for a lost one is not counted twice, and stays uncovered.
    function test_proveForeign_OfALostKeyBeyondTheBond() public {
        KeySet memory s = committed(OPERATOR, "foreign");
        predeposit(OPERATOR, s);
        authority.grantRole(Roles.WITNESS, address(this));
        bonds.lock(OPERATOR, 7, BOND, 1, address(0));
        giveUpLate(s);
        assertEq(bonds.totalUncovered(), 1 ether, "uncovered");
        freshRoot();
        giveUpForeign(s);
        assertEq(bonds.totalUncovered(), 1 ether, "once");
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), BOND, "nothing was free");
    }

    function test_proveForeign_RevertWhen_CredentialsAreOurs() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISlashingOracle.CredentialsAreOurs.selector,
                keccak256(s.validators[0].pubkey)
            )
        );
        giveUpForeign(s);
        s.validators[0].withdrawalCredentials = "foreign";
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        giveUpForeign(s);
    }

    /* KEYS THAT ANOTHER OPERATOR COPIED */

    /// @dev Whoever copies published keys and proves them first takes them away, and must not burn their owner's bond.
    function test_proveDuplicate_GivesTheOwnersKeyUpForNothing() public {
        KeySet memory s = committed(OPERATOR, "key0");
        KeySet memory copied = committed(RIVAL, "copied");
        predeposit(RIVAL, copied);
        proveAndTopUp(RIVAL, copied, amountsOf(1, 0));
        predeposit(OPERATOR, s);
        vm.warp(vm.getBlockTimestamp() + (PREDEPOSIT_DEADLINE * 5) / 4);
        bonds.lockOverdue(OPERATOR, s.root, s.gindices);
        freshRoot();
        vm.expectEmit(address(slashing));
        emit ISlashingOracle.DuplicateProven(OPERATOR, keccak256(s.keys[0].pubkey), 100);
        giveUpDuplicate(s);
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), BOND, "bond");
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 0, "locked");
        assertEq(uint256(validatorRegistry.stakeOf(OPERATOR).eth), 0, "stake");
        assertTrue(operatorRegistry.standingOf(OPERATOR) == IOperatorRegistry.Standing.Good, "standing");
        vm.expectPartialRevert(IValidatorRegistry.WrongState.selector);
        giveUpDuplicate(s);
    }

    /// @dev What was burnt stays burnt; what the bond did not have lies with a validator of ours, and is not missing.
    function test_proveDuplicate_OfALostKey() public {
        KeySet memory s = committed(OPERATOR, "key0");
        KeySet memory copied = committed(RIVAL, "copied");
        predeposit(RIVAL, copied);
        proveAndTopUp(RIVAL, copied, amountsOf(1, 0));
        predeposit(OPERATOR, s);
        authority.grantRole(Roles.WITNESS, address(this));
        bonds.lock(OPERATOR, 7, BOND - 0.25 ether, 1, address(0));
        giveUpLate(s);
        uint256 missing = 0.75 ether + 1e9;
        assertEq(bonds.totalUncovered(), missing, "uncovered");
        uint256 bond = bonds.bondOf(OPERATOR).shares;
        assertEq(bond, BOND - 0.25 ether + 1e9, "bond");
        freshRoot();
        giveUpDuplicate(s);
        assertEq(bonds.totalUncovered(), 0, "nothing is missing");
        assertEq(int256(bonds.overdueOf(OPERATOR).owed), int256(missing) - 1 ether, "the pool has more");
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), bond, "what was burnt stays burnt");
        assertEq(uint256(validatorRegistry.stakeOf(OPERATOR).eth), 0, "stake");
        assertTrue(operatorRegistry.standingOf(OPERATOR) == IOperatorRegistry.Standing.Good, "standing");
        vm.expectPartialRevert(IValidatorRegistry.WrongState.selector);
        giveUpDuplicate(s);
    }

    /// @dev A validator that is not ours, or the key itself where it was proven, is no duplicate.
    function test_proveDuplicate_RevertWhen_ThereIsNone() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        vm.expectRevert(abi.encodeWithSelector(ISlashingOracle.NotOurs.selector, 100));
        giveUpDuplicate(s);
        proveAndTopUp(OPERATOR, s, amountsOf(1, 0));
        vm.expectPartialRevert(IValidatorRegistry.WrongState.selector);
        giveUpDuplicate(s);
        // nor can another validator of ours stand for it
        predeposit(OPERATOR, keySet(keys, "key1"));
        KeySet memory second = keySet(keys, "key1");
        second.validators = s.validators;
        second.indices = s.indices;
        second.validatorsProof = s.validatorsProof;
        second.keys[0].signature = s.keys[0].signature;
        second.ys = s.ys;
        vm.expectPartialRevert(IValidatorRegistry.KeysNotCommitted.selector);
        giveUpDuplicate(second);
    }

    /// @dev Where the signature was no good the ether of this place went nowhere, whoever has the key now.
    function test_proveDuplicate_RevertWhen_TheSignatureIsBad() public {
        KeySet memory copied = committed(RIVAL, "copied");
        predeposit(RIVAL, copied);
        proveAndTopUp(RIVAL, copied, amountsOf(1, 0));
        KeySet memory s = keySet(keys, "key0");
        bytes32 pubkeyHash = keccak256(s.keys[0].pubkey);
        // a bit of the signature's x, and its right Y; then a signature of another key
        bytes memory good = s.keys[0].signature;
        s.keys[0].signature = bytes.concat(good);
        s.keys[0].signature[95] ^= 0x01;
        vm.expectRevert(abi.encodeWithSelector(ISlashingOracle.SignatureInvalid.selector, pubkeyHash));
        giveUpDuplicate(s);
        KeySet memory other = keySet(keys, "key1");
        s.keys[0].signature = other.keys[0].signature;
        s.ys[0].signature = other.ys[0].signature;
        vm.expectRevert(abi.encodeWithSelector(ISlashingOracle.SignatureInvalid.selector, pubkeyHash));
        giveUpDuplicate(s);
        // the good one passes; its place had no predeposit
        s = keySet(keys, "key0");
        vm.expectPartialRevert(IValidatorRegistry.WrongState.selector);
        giveUpDuplicate(s);
    }

    /* PARAMETERS */

    function test_constructor_RevertWhen_AParameterIsOutOfBounds() public {
        ISlashingOracle.Parameters memory p = slashingParameters();
        p.penaltyQuotient = 31;
        expectRefused(p, "penaltyQuotient", 31);
        p = slashingParameters();
        p.provisionBp = 10_001;
        expectRefused(p, "provisionBp", 10_001);
        p = slashingParameters();
        p.bountyBp = 10_001;
        expectRefused(p, "bountyBp", 10_001);
        p = slashingParameters();
        p.foreignFine = 1 ether + 1;
        expectRefused(p, "foreignFine", 1 ether + 1);
        p = slashingParameters();
        p.foreignBounty = p.foreignFine + 1;
        expectRefused(p, "foreignBounty", p.foreignBounty);
        p = slashingParameters();
        p.slashingsVector = 15;
        expectRefused(p, "slashingsVector", 15);
        p = slashing.parameters();
        assertEq(keccak256(abi.encode(p)), keccak256(abi.encode(slashingParameters())), "parameters");
    }

    /* INTERNAL */

    function withProvision(uint16 bp) private pure returns (ISlashingOracle.Parameters memory p) {
        p = slashingParameters();
        p.provisionBp = bp;
    }

    function deploySlashing(ISlashingOracle.Parameters memory p) private returns (SlashingOracle deployed) {
        deployed = factory.newSlashingOracle(
            verifier,
            ledger,
            validatorRegistry,
            operatorRegistry,
            bonds,
            queue,
            p
        );
        authority.grantRole(Roles.WITNESS, address(deployed));
        authority.grantRole(Roles.EXIT_HOLDER, address(deployed));
    }

    function expectNothingNew(IValidatorRegistry.ValidatorState state) private {
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.NothingNew.selector, 20, state, true));
    }

    function expectRefused(ISlashingOracle.Parameters memory p, bytes32 name, uint256 value) private {
        vm.expectRevert(abi.encodeWithSelector(ISlashingOracle.ParameterOutOfBounds.selector, name, value));
        factory.newSlashingOracle(verifier, ledger, validatorRegistry, operatorRegistry, bonds, queue, p);
    }

    /// @dev A validator whose slashing was proven when it had 40 ETH, and locked 20 of its operator's bond.
    function slashedOfForty() private returns (KeySet memory s) {
        s = provenAs("slashed", 31);
        authority.grantRole(Roles.WITNESS, address(this));
        validatorRegistry.advance(20, IValidatorRegistry.ValidatorState.Exiting, true);
        bonds.lock(OPERATOR, 20, 20 ether, 40 * GWEI_PER_ETHER, prover);
    }

    /// @dev The one key of the set, predeposited and proven with a top-up that no ether follows.
    function provenAs(string memory name, uint64 topUpEth) private returns (KeySet memory s) {
        s = committed(OPERATOR, name);
        predeposit(OPERATOR, s);
        validatorRegistry.proveOne(
            OPERATOR,
            s.root,
            IValidatorRegistry.Link({
                gindex: s.gindices[0],
                validatorIndex: uint40(s.indices[0]),
                topUpGwei: topUpEth * GWEI_PER_ETHER,
                pubkeyHash: keccak256(s.keys[0].pubkey),
                signatureHash: s.signatureHashes[0]
            }),
            s.proof
        );
    }

    function recent() private view returns (IBeaconVerifier.BlockProof memory b) {
        b.timestamp = rootTime;
    }

    function slashedBalance() private view returns (bytes32 chunk, bytes32[] memory proof) {
        return abi.decode(vm.parseJsonBytes(keys, "$.slashedBalance"), (bytes32, bytes32[]));
    }

    function proveSlashed(KeySet memory s) private {
        vm.prank(prover);
        slashing.proveSlashed(recent(), uint40(s.indices[0]), s.validators[0], s.validatorsProof);
    }

    function proveState(KeySet memory s) private {
        slashing.proveState(recent(), uint40(s.indices[0]), s.validators[0], s.validatorsProof);
    }

    function settle(KeySet memory s) private {
        (bytes32 chunk, bytes32[] memory proof) = slashedBalance();
        slashing.settle(recent(), 20, s.validators[0], s.validatorsProof, chunk, proof);
    }

    /// @dev Proves a key foreign, or a duplicate.
    function giveUpDuplicate(KeySet memory s) private {
        vm.prank(prover);
        slashing.proveDuplicate(
            OPERATOR,
            s.root,
            s.gindices[0],
            s.keys[0].signature,
            s.proof,
            recent(),
            uint40(s.indices[0]),
            s.validators[0],
            s.validatorsProof,
            s.ys[0]
        );
    }

    /// @dev Nobody proves it within two deadlines.
    function giveUpLate(KeySet memory s) private {
        vm.warp(vm.getBlockTimestamp() + (PREDEPOSIT_DEADLINE * 9) / 4);
        bonds.lockOverdue(OPERATOR, s.root, s.gindices);
        bonds.burnOverdue(OPERATOR, s.root, s.gindices);
    }

    function giveUpForeign(KeySet memory s) private {
        vm.prank(prover);
        slashing.proveForeign(
            OPERATOR,
            s.root,
            s.gindices[0],
            s.signatureHashes[0],
            s.proof,
            recent(),
            uint40(s.indices[0]),
            s.validators[0],
            s.validatorsProof
        );
    }

    function expectState(KeySet memory s, IValidatorRegistry.ValidatorState state) private {
        proveState(s);
        assertTrue(validatorRegistry.validator(s.indices[0]).state == state, "state");
    }

    /// @dev The clock, and the same root brought again.
    function moveToEpoch(uint256 epoch) private {
        vm.warp(GENESIS_TIME + epoch * EPOCH_SECONDS);
        freshRoot();
    }
}
