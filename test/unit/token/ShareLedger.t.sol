// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IERC6372} from "@openzeppelin/contracts/interfaces/IERC6372.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IShareLedger} from "../../../contracts/interfaces/IShareLedger.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {Wallet__Mock} from "../../mocks/Wallet__Mock.sol";
import {TokenTest} from "../../utils/TokenTest.sol";

/// @notice Accounts of shares, through kETH: ERC-20, permits, votes.
contract ShareLedgerTest is TokenTest {
    address private alice;
    uint256 private aliceKey;
    address private bob = makeAddr("bob");
    address private carol = makeAddr("carol");

    uint256 private constant CURVE = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    function setUp() public override {
        super.setUp();
        (alice, aliceKey) = makeAddrAndKey("alice");
        makeStaker("alice", 100 ether);
    }

    /* TRANSFERS */

    function test_transfer_DeliversTheAmountAndTells() public {
        setRate(1.25e18);
        vm.expectEmit(address(ledger));
        emit IERC20.Transfer(alice, bob, 5 ether);
        vm.expectEmit(address(ledger));
        emit IStakedEther.TransferShares(alice, bob, 4 ether);
        vm.prank(alice);
        assertTrue(ledger.transfer(bob, 5 ether), "returned");
        assertEq(ledger.balanceOf(bob), 5 ether, "receiver");
        assertEq(ledger.balanceOf(alice), 120 ether, "sender");
    }

    function test_transfer_MovesTheWholeBalance() public {
        setRate(1.234567890123456789e18);
        uint256 balance = ledger.balanceOf(alice);
        vm.startPrank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector,
                alice,
                balance,
                balance + 1
            )
        );
        ledger.transfer(bob, balance + 1);
        ledger.transfer(bob, balance);
        vm.stopPrank();
        assertEq(ledger.balanceOf(bob), balance, "receiver");
        assertEq(ledger.balanceOf(alice), 0, "sender");
    }

    function test_transfer_RevertWhen_TheAmountIsBeyondAllEther() public {
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector,
                alice,
                100 ether,
                type(uint256).max
            )
        );
        ledger.transfer(bob, type(uint256).max);
    }

    function test_transfer_ToOneselfChangesNothing() public {
        vm.startPrank(alice);
        ledger.delegate(carol);
        vm.expectEmit(address(ledger));
        emit IERC20.Transfer(alice, alice, 60 ether);
        ledger.transfer(alice, 60 ether);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector,
                alice,
                100 ether,
                101 ether
            )
        );
        ledger.transfer(alice, 101 ether);
        vm.stopPrank();
        assertEq(ledger.unitsOf(alice), 100 ether * 1e6, "units");
        assertEq(ledger.getVotes(carol), 100 ether, "votes");
    }

    function test_transfer_OfNothing() public {
        vm.expectEmit(address(ledger));
        emit IERC20.Transfer(carol, bob, 0);
        vm.prank(carol);
        assertTrue(ledger.transfer(bob, 0), "returned");
        assertEq(ledger.unitsOf(bob), 0, "units");
    }

    function test_transfer_RevertWhen_TheReceiverCannotHold() public {
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        ledger.transfer(address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(ledger)));
        ledger.transfer(address(ledger), 1);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(ledger)));
        ledger.transferShares(address(ledger), 1);
        vm.stopPrank();
    }

    function test_transferFrom_SpendsTheAllowance() public {
        vm.expectEmit(address(ledger));
        emit IERC20.Approval(alice, bob, 5 ether);
        vm.prank(alice);
        assertTrue(ledger.approve(bob, 5 ether), "approved");
        vm.startPrank(bob);
        assertTrue(ledger.transferFrom(alice, carol, 3 ether), "returned");
        assertEq(ledger.allowance(alice, bob), 2 ether, "rest");
        assertEq(ledger.balanceOf(carol), 3 ether, "receiver");
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector,
                bob,
                2 ether,
                2 ether + 1
            )
        );
        ledger.transferFrom(alice, carol, 2 ether + 1);
        vm.stopPrank();
    }

    function test_transferFrom_LeavesAnEndlessAllowance() public {
        vm.prank(alice);
        ledger.approve(bob, type(uint256).max);
        vm.prank(bob);
        ledger.transferFrom(alice, carol, 3 ether);
        assertEq(ledger.allowance(alice, bob), type(uint256).max);
    }

    function test_transferFrom_OfTheZeroAccount() public {
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidSender.selector, address(0)));
        ledger.transferFrom(address(0), bob, 0);
    }

    function test_approve_RevertWhen_TheSpenderIsZero() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidSpender.selector, address(0)));
        ledger.approve(address(0), 1);
    }

    /* PERMIT */

    function _sign(uint256 value, uint256 deadline) private view returns (bytes memory) {
        return signature(aliceKey, permitDigest(alice, bob, value, ledger.nonces(alice), deadline));
    }

    function test_permit_ByKey() public {
        uint256 deadline = block.timestamp;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(aliceKey, permitDigest(alice, bob, 7 ether, 0, deadline));
        vm.expectEmit(address(ledger));
        emit IERC20.Approval(alice, bob, 7 ether);
        ledger.permit(alice, bob, 7 ether, deadline, v, r, s);
        assertEq(ledger.allowance(alice, bob), 7 ether, "allowance");
        assertEq(ledger.nonces(alice), 1, "nonce");
        assertEq(ledger.sharesOf(alice), 100 ether, "the nonce shares a slot with the shares");
    }

    function test_permit_OfBytes() public {
        ledger.permit(alice, bob, 7 ether, block.timestamp, _sign(7 ether, block.timestamp));
        assertEq(ledger.allowance(alice, bob), 7 ether, "allowance");
    }

    function test_permit_RevertWhen_Expired() public {
        bytes memory sig = _sign(1, block.timestamp - 1);
        vm.expectRevert(abi.encodeWithSelector(IShareLedger.PermitExpired.selector, block.timestamp - 1));
        ledger.permit(alice, bob, 1, block.timestamp - 1, sig);
    }

    function test_permit_RevertWhen_Replayed() public {
        bytes memory sig = _sign(1, block.timestamp);
        ledger.permit(alice, bob, 1, block.timestamp, sig);
        vm.expectRevert(abi.encodeWithSelector(IShareLedger.InvalidPermit.selector, alice));
        ledger.permit(alice, bob, 1, block.timestamp, sig);
    }

    function test_permit_RevertWhen_AnyFieldIsAnother() public {
        uint256 deadline = block.timestamp + 1;
        bytes memory sig = _sign(5, deadline);
        bytes memory refused = abi.encodeWithSelector(IShareLedger.InvalidPermit.selector, alice);
        vm.expectRevert(refused);
        ledger.permit(alice, carol, 5, deadline, sig);
        vm.expectRevert(refused);
        ledger.permit(alice, bob, 6, deadline, sig);
        vm.expectRevert(refused);
        ledger.permit(alice, bob, 5, deadline + 1, sig);
        vm.expectRevert(abi.encodeWithSelector(IShareLedger.InvalidPermit.selector, carol));
        ledger.permit(carol, bob, 5, deadline, sig);
        // of the other token, of another chain
        vm.expectRevert(refused);
        wrapper.permit(alice, bob, 5, deadline, sig);
        vm.chainId(block.chainid + 1);
        vm.expectRevert(refused);
        ledger.permit(alice, bob, 5, deadline, sig);
    }

    function test_permit_RevertWhen_TheSignatureIsMalformed() public {
        bytes32 digest = permitDigest(alice, bob, 5, 0, block.timestamp);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(aliceKey, digest);
        bytes memory refused = abi.encodeWithSelector(IShareLedger.InvalidPermit.selector, alice);
        vm.expectRevert(refused);
        ledger.permit(alice, bob, 5, block.timestamp, v == 27 ? 28 : 27, r, bytes32(CURVE - uint256(s)));
        vm.expectRevert(refused);
        ledger.permit(alice, bob, 5, block.timestamp, "");
        vm.expectRevert(refused);
        ledger.permit(alice, bob, 5, block.timestamp, abi.encodePacked(r, s));
        vm.expectRevert(refused);
        ledger.permit(alice, bob, 5, block.timestamp, 0, r, s);
        assertEq(ledger.nonces(alice), 0, "nonce");
    }

    /// @dev A bad signature recovers to zero: the zero account permits nothing.
    function test_permit_RevertWhen_TheOwnerIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IShareLedger.InvalidPermit.selector, address(0)));
        ledger.permit(address(0), bob, 5, block.timestamp, 27, bytes32(0), bytes32(0));
        vm.expectRevert(abi.encodeWithSelector(IShareLedger.InvalidPermit.selector, address(0)));
        ledger.permit(address(0), bob, 5, block.timestamp, new bytes(65));
    }

    function test_permit_ByAContract() public {
        Wallet__Mock wallet = new Wallet__Mock();
        bytes32 digest = permitDigest(address(wallet), bob, 9, 0, block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(IShareLedger.InvalidPermit.selector, address(wallet)));
        ledger.permit(address(wallet), bob, 9, block.timestamp, "x");
        wallet.approveHash(digest);
        ledger.permit(address(wallet), bob, 9, block.timestamp, "x");
        assertEq(ledger.allowance(address(wallet), bob), 9, "allowance");
        vm.expectRevert(abi.encodeWithSelector(IShareLedger.InvalidPermit.selector, address(wallet)));
        ledger.permit(address(wallet), bob, 9, block.timestamp, "x");
    }

    /// @dev An account whose key has set code (EIP-7702) signs with its key, or as its code decides.
    function test_permit_ByAnAccountWithCode() public {
        vm.etch(alice, address(new Wallet__Mock()).code);
        ledger.permit(alice, bob, 7, block.timestamp, _sign(7, block.timestamp));
        assertEq(ledger.allowance(alice, bob), 7, "by key");
        Wallet__Mock(alice).approveHash(permitDigest(alice, bob, 8, 1, block.timestamp));
        ledger.permit(alice, bob, 8, block.timestamp, "");
        assertEq(ledger.allowance(alice, bob), 8, "by code");
    }

    function test_permit_RevertWhen_TheSpenderIsZero() public {
        bytes memory sig = signature(aliceKey, permitDigest(alice, address(0), 1, 0, block.timestamp));
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidSpender.selector, address(0)));
        ledger.permit(alice, address(0), 1, block.timestamp, sig);
    }

    function test_eip712Domain_IsTheOneThatIsSigned() public view {
        (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address token,
            ,

        ) = ledger.eip712Domain();
        assertEq(bytes32(fields), bytes32(bytes1(0x0f)), "fields");
        assertEq(name, "Kedge Staked Ether", "name");
        assertEq(version, "1", "version");
        assertEq(chainId, block.chainid, "chain");
        assertEq(token, address(ledger), "contract");
        (, name, , , token, , ) = wrapper.eip712Domain();
        assertEq(name, "Wrapped Kedge Staked Ether", "wrapper's name");
        assertEq(token, address(wrapper), "wrapper");
        assertNotEq(ledger.DOMAIN_SEPARATOR(), wrapper.DOMAIN_SEPARATOR(), "two domains");
    }

    /* DELEGATION */

    function test_delegate_GivesTheVotes() public {
        vm.expectEmit(address(ledger));
        emit IVotes.DelegateChanged(alice, address(0), bob);
        vm.expectEmit(address(ledger));
        emit IVotes.DelegateVotesChanged(bob, 0, 100 ether);
        vm.prank(alice);
        ledger.delegate(bob);
        assertEq(ledger.delegates(alice), bob, "delegate");
        assertEq(ledger.getVotes(bob), 100 ether, "votes");
        assertEq(ledger.getVotes(alice), 0, "own votes");
        assertEq(ledger.sharesOf(alice), 100 ether, "shares stay");

        vm.expectEmit(address(ledger));
        emit IVotes.DelegateChanged(alice, bob, carol);
        vm.expectEmit(address(ledger));
        emit IVotes.DelegateVotesChanged(bob, 100 ether, 0);
        vm.expectEmit(address(ledger));
        emit IVotes.DelegateVotesChanged(carol, 0, 100 ether);
        vm.prank(alice);
        ledger.delegate(carol);
        vm.prank(alice);
        ledger.delegate(address(0));
        assertEq(ledger.getVotes(carol), 0, "taken back");
        assertEq(ledger.delegates(alice), address(0), "nobody");
    }

    function test_delegate_TwiceToTheSameCountsOnce() public {
        vm.startPrank(alice);
        ledger.delegate(bob);
        ledger.delegate(bob);
        vm.stopPrank();
        assertEq(ledger.getVotes(bob), 100 ether);
    }

    function test_delegate_FollowsEveryMovement() public {
        makeStaker("bob", 50 ether);
        vm.prank(alice);
        ledger.delegate(carol);
        vm.prank(bob);
        ledger.delegate(bob);
        vm.prank(alice);
        ledger.transfer(bob, 30 ether);
        assertEq(ledger.getVotes(carol), 70 ether, "sender's delegate");
        assertEq(ledger.getVotes(bob), 80 ether, "receiver's delegate");
        vm.deal(alice, 5 ether);
        vm.prank(alice);
        ledger.stake{value: 5 ether}(address(0));
        assertEq(ledger.getVotes(carol), 75 ether, "stake");
        vm.startPrank(alice);
        ledger.approve(address(wrapper), 25 ether);
        wrapper.deposit(25 ether, alice);
        assertEq(ledger.getVotes(carol), 50 ether, "wrapped shares vote in the wrapper");
        assertEq(wrapper.getVotes(carol), 0, "nobody's yet");
        wrapper.delegate(carol);
        assertEq(wrapper.getVotes(carol), 25 ether, "wrapped votes");
        ledger.approve(address(queue), 20 ether);
        queue.request(20 ether, alice);
        vm.stopPrank();
        assertEq(ledger.getVotes(carol), 30 ether, "requested shares do not vote");
    }

    function test_delegate_ByTwoToOneMovesNothingBetweenThem() public {
        makeStaker("bob", 50 ether);
        vm.prank(alice);
        ledger.delegate(carol);
        vm.prank(bob);
        ledger.delegate(carol);
        vm.prank(alice);
        ledger.transfer(bob, 30 ether);
        assertEq(ledger.getVotes(carol), 150 ether);
        skipTime(1);
        (, uint256 shares) = ledger.getPastDelegation(bob, vm.getBlockTimestamp() - 1);
        assertEq(shares, 80 ether, "own shares are kept");
    }

    function test_getPastVotes_IsAsOfTheEndOfASecond() public {
        uint256 t0 = vm.getBlockTimestamp();
        vm.prank(alice);
        ledger.delegate(bob);
        vm.prank(alice);
        ledger.transfer(carol, 10 ether);
        vm.expectRevert(abi.encodeWithSelector(IShareLedger.FutureLookup.selector, t0, uint48(t0)));
        ledger.getPastVotes(bob, t0);
        skipTime(10);
        vm.prank(alice);
        ledger.transfer(carol, 10 ether);
        skipTime(1);
        assertEq(ledger.getPastVotes(bob, t0 - 1), 0, "before");
        assertEq(ledger.getPastVotes(bob, t0), 90 ether, "the last of that second");
        assertEq(ledger.getPastVotes(bob, t0 + 9), 90 ether, "until");
        assertEq(ledger.getPastVotes(bob, t0 + 10), 80 ether, "the second transfer");
        assertEq(ledger.getPastVotes(makeAddr("nobody"), t0), 0, "never named");
        vm.expectRevert(
            abi.encodeWithSelector(
                IShareLedger.FutureLookup.selector,
                type(uint256).max,
                uint48(vm.getBlockTimestamp())
            )
        );
        ledger.getPastVotes(bob, type(uint256).max);
    }

    function test_getPastDelegation_KeepsWhoseSharesTheyWere() public {
        uint256 t0 = vm.getBlockTimestamp();
        vm.prank(alice);
        ledger.delegate(bob);
        skipTime(10);
        vm.prank(alice);
        ledger.transfer(carol, 10 ether);
        skipTime(10);
        vm.prank(alice);
        ledger.delegate(carol);
        skipTime(10);
        _assertDelegation(alice, t0 - 1, address(0), 0);
        _assertDelegation(alice, t0, bob, 100 ether);
        _assertDelegation(alice, t0 + 10, bob, 90 ether);
        _assertDelegation(alice, t0 + 20, carol, 90 ether);
        _assertDelegation(carol, t0 + 20, address(0), 0);
    }

    /// @dev Else shares that moved on would still be told of everyone who ever held and delegated them.
    function test_getPastDelegation_TellsNoSharesWithoutADelegate() public {
        vm.startPrank(alice);
        ledger.delegate(bob);
        ledger.delegate(address(0));
        skipTime(10);
        ledger.transfer(carol, 100 ether);
        vm.stopPrank();
        vm.startPrank(carol);
        ledger.delegate(bob);
        ledger.delegate(address(0));
        vm.stopPrank();
        skipTime(10);
        _assertDelegation(alice, vm.getBlockTimestamp() - 1, address(0), 0);
        _assertDelegation(carol, vm.getBlockTimestamp() - 1, address(0), 0);
    }

    function _assertDelegation(address account, uint256 time, address delegate, uint256 shares) private view {
        (address d, uint256 s) = ledger.getPastDelegation(account, time);
        assertEq(d, delegate, "delegate");
        assertEq(s, shares, "own shares");
    }

    function test_votes_StandStillWhileTheRateMoves() public {
        vm.prank(alice);
        ledger.delegate(bob);
        setRate(2e18);
        assertEq(ledger.getVotes(bob), 100 ether);
    }

    /* DELEGATION BY SIGNATURE */

    function _delegationDigest(address to, uint256 nonce, uint256 expiry) private view returns (bytes32) {
        return
            digestOf(
                "Kedge Staked Ether",
                address(ledger),
                keccak256(abi.encode(DELEGATION_TYPEHASH, to, nonce, expiry))
            );
    }

    function test_delegateBySig_Delegates() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(aliceKey, _delegationDigest(bob, 0, block.timestamp));
        vm.prank(carol);
        ledger.delegateBySig(bob, 0, block.timestamp, v, r, s);
        assertEq(ledger.delegates(alice), bob, "delegate");
        assertEq(ledger.getVotes(bob), 100 ether, "votes");
        assertEq(ledger.nonces(alice), 1, "nonce");
        vm.expectRevert(abi.encodeWithSelector(IShareLedger.InvalidNonce.selector, alice, 1));
        ledger.delegateBySig(bob, 0, block.timestamp, v, r, s);
    }

    function test_delegateBySig_SharesTheNonceWithPermit() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(aliceKey, _delegationDigest(bob, 0, block.timestamp));
        ledger.permit(alice, bob, 7, block.timestamp, _sign(7, block.timestamp));
        vm.expectRevert(abi.encodeWithSelector(IShareLedger.InvalidNonce.selector, alice, 1));
        ledger.delegateBySig(bob, 0, block.timestamp, v, r, s);
    }

    function test_delegateBySig_RevertWhen_ExpiredOrMalformed() public {
        uint256 expiry = block.timestamp - 1;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(aliceKey, _delegationDigest(bob, 0, expiry));
        vm.expectRevert(abi.encodeWithSelector(IVotes.VotesExpiredSignature.selector, expiry));
        ledger.delegateBySig(bob, 0, expiry, v, r, s);
        vm.expectRevert(ECDSA.ECDSAInvalidSignature.selector);
        ledger.delegateBySig(bob, 0, block.timestamp, 26, r, s);
        bytes32 high = bytes32(CURVE - uint256(s));
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, high));
        ledger.delegateBySig(bob, 0, block.timestamp, v, r, high);
        // another delegate: another signer, who holds nothing
        ledger.delegateBySig(carol, 0, block.timestamp, v, r, s);
        assertEq(ledger.delegates(alice), address(0), "alice signed no such thing");
        assertEq(ledger.getVotes(carol), 0, "no votes");
    }

    /* INTERFACES */

    function test_supportsInterface() public view {
        bytes4[8] memory ids = [
            type(IERC165).interfaceId,
            type(IERC20).interfaceId,
            type(IERC20Metadata).interfaceId,
            type(IERC20Permit).interfaceId,
            type(IVotes).interfaceId,
            type(IERC6372).interfaceId,
            type(IERC5267).interfaceId,
            bytes4(0x01ffc9a7)
        ];
        for (uint256 i = 0; i < ids.length; ++i) {
            assertTrue(ledger.supportsInterface(ids[i]), "kETH");
            assertTrue(wrapper.supportsInterface(ids[i]), "wkETH");
        }
        assertTrue(ledger.supportsInterface(type(IStakedEther).interfaceId), "IStakedEther");
        assertFalse(ledger.supportsInterface(type(IERC4626).interfaceId), "kETH is no vault");
        assertTrue(wrapper.supportsInterface(type(IERC4626).interfaceId), "wkETH is one");
        assertFalse(ledger.supportsInterface(0xffffffff), "the invalid id");
        assertFalse(wrapper.supportsInterface(0xffffffff), "the invalid id");
    }
}
