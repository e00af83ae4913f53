// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {KedgeTest} from "../../utils/KedgeTest.sol";
import {Vm} from "../../utils/Vm.sol";

/// @notice Something to call: it tells who called, keeps a number, emits and reverts.
contract Probe {
    uint256 public number;

    event Poked(address indexed by, uint256 indexed number, bytes data);

    error Refused(uint256 number);
    error RefusedPlain();

    function who() external view returns (address sender, address origin) {
        return (msg.sender, tx.origin);
    }

    function set(uint256 value) external payable {
        number = value;
    }

    function poke(uint256 value) external payable {
        emit Poked(msg.sender, value, abi.encode(value));
    }

    function pokeTwice(uint256 value) external {
        emit Poked(msg.sender, value, abi.encode(value));
        emit Poked(msg.sender, value, abi.encode(value));
    }

    function refuse(uint256 value) external pure {
        revert Refused(value);
    }

    function refusePlain() external pure {
        revert RefusedPlain();
    }
}

/// @notice Calls a probe, so that a revert comes from one level further down.
contract Relay {
    function refusePlain(Probe probe) external pure {
        probe.refusePlain();
    }
}

/// @notice Every cheatcode of `Vm.sol` does under this runner what its comment says.
contract VmTest is KedgeTest {
    Probe internal probe;
    Relay internal relay;

    function setUp() public {
        probe = new Probe();
        relay = new Relay();
    }

    /* BLOCK */

    function test_blockCheats_SetTheBlock() public {
        vm.warp(1_800_000_000);
        vm.roll(77);
        vm.fee(5 gwei);
        vm.chainId(560048);
        vm.coinbase(address(0xc0));
        vm.prevrandao(bytes32(uint256(42)));
        vm.txGasPrice(9 gwei);
        vm.setBlockhash(76, keccak256("parent"));

        assertEq(vm.getBlockTimestamp(), 1_800_000_000);
        assertEq(block.timestamp, 1_800_000_000);
        assertEq(vm.getBlockNumber(), 77);
        assertEq(block.basefee, 5 gwei);
        assertEq(block.chainid, 560048);
        assertEq(block.coinbase, address(0xc0));
        assertEq(block.prevrandao, 42);
        assertEq(tx.gasprice, 9 gwei);
        assertEq(blockhash(76), keccak256("parent"));
    }

    /* STATE */

    function test_stateCheats_WriteState() public {
        vm.deal(address(0xa1), 3 ether);
        assertEq(address(0xa1).balance, 3 ether);

        vm.etch(address(0xa2), address(probe).code);
        Probe(address(0xa2)).set(8);
        assertEq(Probe(address(0xa2)).number(), 8);

        vm.store(address(probe), bytes32(0), bytes32(uint256(11)));
        assertEq(probe.number(), 11);
        assertEq(vm.load(address(probe), bytes32(0)), bytes32(uint256(11)));

        vm.setNonce(address(0xa1), 5);
        assertEq(vm.getNonce(address(0xa1)), 5);
    }

    function test_record_TellsTheSlots() public {
        vm.record();
        probe.set(1);
        (bytes32[] memory read, bytes32[] memory written) = vm.accesses(address(probe));
        assertGe(read.length, written.length);
        assertEq(written.length, 1);
        assertEq(written[0], bytes32(0));
    }

    function test_cool_MakesSlotsColdAgain() public {
        probe.number();
        uint64 warm = _gasOfRead();
        vm.cool(address(probe));
        assertGt(_gasOfRead(), warm + 1_500);
    }

    function test_snapshots_BringTheStateBack() public {
        probe.set(1);
        uint256 id = vm.snapshotState();
        probe.set(2);
        assertTrue(vm.revertToState(id));
        assertEq(probe.number(), 1);
        probe.set(3);
        assertTrue(vm.revertToStateAndDelete(id));
        assertEq(probe.number(), 1);
        assertFalse(vm.revertToState(id));
    }

    /* CALLERS */

    function test_prank_ChangesTheCaller() public {
        address sender;
        address origin;

        vm.prank(address(0xb0b));
        (sender, ) = probe.who();
        assertEq(sender, address(0xb0b));
        (sender, ) = probe.who();
        assertEq(sender, address(this));

        vm.prank(address(0xb0b), address(0xa));
        (sender, origin) = probe.who();
        assertEq(sender, address(0xb0b));
        assertEq(origin, address(0xa));

        vm.startPrank(address(0xca7));
        probe.who();
        (sender, ) = probe.who();
        assertEq(sender, address(0xca7));
        vm.stopPrank();
        (sender, ) = probe.who();
        assertEq(sender, address(this));

        vm.startPrank(address(0xca7), address(0xb));
        (, origin) = probe.who();
        assertEq(origin, address(0xb));
        vm.stopPrank();
    }

    /* EXPECTATIONS */

    function test_expectRevert_MatchesTheNextCall() public {
        vm.expectRevert();
        probe.refuse(1);
        vm.expectRevert(Probe.RefusedPlain.selector);
        probe.refusePlain();
        vm.expectRevert(abi.encodeWithSelector(Probe.Refused.selector, 7));
        probe.refuse(7);
        vm.expectRevert(address(probe));
        probe.refuse(1);
        vm.expectRevert(Probe.RefusedPlain.selector, address(probe));
        relay.refusePlain(probe);
        vm.expectRevert(abi.encodeWithSelector(Probe.Refused.selector, 7), address(probe));
        probe.refuse(7);
        vm.expectRevert(Probe.RefusedPlain.selector, 2);
        probe.refusePlain();
        probe.refusePlain();
        vm.expectPartialRevert(Probe.Refused.selector);
        probe.refuse(9);
        vm.expectPartialRevert(Probe.Refused.selector, address(probe));
        probe.refuse(9);
    }

    function test_expectEmit_MatchesTheNextCall() public {
        vm.expectEmit();
        emit Probe.Poked(address(this), 1, abi.encode(1));
        probe.poke(1);
        vm.expectEmit(address(probe));
        emit Probe.Poked(address(this), 2, abi.encode(2));
        probe.poke(2);
        vm.expectEmit(true, false, false, false);
        emit Probe.Poked(address(this), 99, "");
        probe.poke(3);
        vm.expectEmit(false, true, false, false, address(probe));
        emit Probe.Poked(address(0), 4, "");
        probe.poke(4);
    }

    function test_expectEmit_CountsEvents() public {
        vm.expectEmit(address(probe), 2);
        emit Probe.Poked(address(this), 5, abi.encode(5));
        probe.pokeTwice(5);
    }

    function test_expectCall_MatchesLaterCalls() public {
        vm.expectCall(address(probe), abi.encodeCall(Probe.set, (4)));
        vm.expectCall(address(probe), 1 ether, abi.encodeCall(Probe.poke, (5)));
        vm.expectCall(address(probe), abi.encodeCall(probe.number, ()), 2);
        probe.set(4);
        probe.poke{value: 1 ether}(5);
        probe.number();
        probe.number();
    }

    /* MOCKS */

    function test_mocks_AnswerUntilCleared() public {
        vm.mockCall(address(probe), abi.encodeCall(probe.number, ()), abi.encode(123));
        assertEq(probe.number(), 123);
        vm.mockCallRevert(
            address(probe),
            abi.encodeCall(Probe.who, ()),
            abi.encodeWithSelector(Probe.RefusedPlain.selector)
        );
        // A mocked call is no deeper call, so expectRevert does not see it.
        try probe.who() returns (address, address) {
            assertTrue(false, "the mock did not revert");
        } catch (bytes memory reason) {
            assertEq(reason, abi.encodeWithSelector(Probe.RefusedPlain.selector));
        }
        vm.clearMockedCalls();
        assertEq(probe.number(), 0);
    }

    function test_mockCall_MatchesTheValue() public {
        vm.mockCall(address(0xfee), 1 wei, "", abi.encode(7));
        (bool done, bytes memory answer) = address(0xfee).call{value: 1 wei}("");
        assertTrue(done);
        assertEq(abi.decode(answer, (uint256)), 7);
        (, answer) = address(0xfee).call{value: 2 wei}("");
        assertEq(answer.length, 0);
    }

    /* LOGS */

    function test_recordLogs_KeepsEvents() public {
        vm.recordLogs();
        probe.poke(6);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1);
        assertEq(logs[0].emitter, address(probe));
        assertEq(logs[0].topics[0], Probe.Poked.selector);
        assertEq(logs[0].topics[2], bytes32(uint256(6)));
        assertEq(logs[0].data, abi.encode(abi.encode(6)));
        assertEq(vm.getRecordedLogs().length, 0);
    }

    /* KEYS AND ADDRESSES */

    function test_keys_SignForTheirAddress() public {
        bytes32 digest = keccak256("digest");
        address signer = vm.addr(0xbeef);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(0xbeef, digest);
        assertEq(ecrecover(digest, v, r, s), signer);

        (bytes32 compactR, bytes32 vs) = vm.signCompact(0xbeef, digest);
        assertEq(compactR, r);
        assertEq(vs, bytes32(uint256(s) | (uint256(v - 27) << 255)));

        vm.label(signer, "signer");
        assertEq(vm.getLabel(signer), "signer");
    }

    function test_computedAddresses_AreTheRealOnes() public {
        address predicted = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        assertEq(address(new Probe()), predicted);

        bytes32 hash = keccak256(type(Probe).creationCode);
        predicted = vm.computeCreate2Address(bytes32(uint256(1)), hash, address(this));
        assertEq(address(new Probe{salt: bytes32(uint256(1))}()), predicted);
    }

    function test_getCode_AnswersABuiltArtifact() public view {
        assertEq(vm.getCode("Vm.t.sol:Probe"), type(Probe).creationCode);
    }

    /* FUZZING */

    function testFuzz_assume_DropsInputs(uint8 x) public pure {
        vm.assume(x > 20);
        assertGt(uint256(x), 20);
    }

    function test_random_StaysWithinBounds() public {
        for (uint256 i; i < 20; ++i) {
            uint256 value = vm.randomUint(5, 9);
            assertGe(value, 5);
            assertLe(value, 9);
        }
        assertNotEq(vm.randomAddress(), vm.randomAddress());
        assertEq(vm.randomBytes(13).length, 13);
    }

    /* GAS */

    function test_gasCheats_Measure() public {
        probe.set(1);
        assertGt(uint256(vm.lastCallGas().gasTotalUsed), 2_000);

        probe.set(2);
        assertGt(vm.snapshotGasLastCall("VmTest", "set, warm"), 0);
        vm.startSnapshotGas("VmTest", "two sets");
        probe.set(3);
        probe.set(4);
        assertGt(vm.stopSnapshotGas(), 0);
        vm.snapshotValue("VmTest", "code size", address(probe).code.length);
    }

    function test_pauseGasMetering_HidesGas() public {
        vm.pauseGasMetering();
        uint256 before = gasleft();
        probe.set(5);
        assertEq(gasleft(), before);
        vm.resumeGasMetering();
        before = gasleft();
        probe.set(6);
        assertLt(gasleft(), before);
    }

    /* TEXT AND FILES */

    function test_toString_Prints() public pure {
        assertEq(vm.toString(uint256(12)), "12");
        assertEq(vm.toString(int256(-12)), "-12");
        assertEq(
            vm.toString(0x00000000219ab540356cBB839Cbe05303d7705Fa),
            "0x00000000219ab540356cBB839Cbe05303d7705Fa"
        );
        assertEq(
            vm.toString(bytes32(uint256(1))),
            "0x0000000000000000000000000000000000000000000000000000000000000001"
        );
        assertEq(vm.toString(bytes(hex"dead")), "0xdead");
    }

    function test_parseJson_ReadsFixtures() public view {
        string memory json = vm.readFile("test/fixtures/utils.json");
        assertEq(vm.parseJsonUint(json, ".number"), 1 << 64);
        assertEq(vm.parseJsonUintArray(json, ".numbers")[2], 3);
        assertEq(vm.parseJsonBytes32(json, ".word"), bytes32(uint256(0xaa)));
        assertEq(vm.parseJsonBytes32Array(json, ".words")[1], bytes32(uint256(2)));
        assertEq(vm.parseJsonBytes(json, ".bytes"), hex"deadbeef");
        assertEq(vm.parseJsonAddress(json, ".nested.account"), 0x00000000219ab540356cBB839Cbe05303d7705Fa);
        assertTrue(vm.parseJsonBool(json, ".nested.flags[0]"));
        assertEq(vm.parseJsonString(json, ".text"), "kedge");
    }

    /* INTERNAL */

    function _gasOfRead() private view returns (uint64) {
        probe.number();
        return vm.lastCallGas().gasTotalUsed;
    }
}
