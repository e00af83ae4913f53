// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Authority} from "../../contracts/access/Authority.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IAuthority} from "../../contracts/interfaces/IAuthority.sol";
import {IBondVault} from "../../contracts/interfaces/IBondVault.sol";
import {IOperatorRegistry} from "../../contracts/interfaces/IOperatorRegistry.sol";
import {IStakeAllocator} from "../../contracts/interfaces/IStakeAllocator.sol";
import {IStakedEther} from "../../contracts/interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../../contracts/interfaces/IValidatorRegistry.sol";
import {IWithdrawalQueue} from "../../contracts/interfaces/IWithdrawalQueue.sol";
import {StakeAllocator} from "../../contracts/operators/StakeAllocator.sol";
import {Bonds__Mock} from "../mocks/Bonds__Mock.sol";
import {Ledger__Mock} from "../mocks/Ledger__Mock.sol";
import {Operators__Mock} from "../mocks/Operators__Mock.sol";
import {Randomness__Mock} from "../mocks/Randomness__Mock.sol";
import {Stakes__Mock} from "../mocks/Stakes__Mock.sol";
import {Votes__Mock} from "../mocks/Votes__Mock.sol";
import {FactoryTest} from "./FactoryTest.sol";

/// @notice An allocator with doubles of all that it asks. Lots of 32 ETH, a cap of 10 % above 320 ETH, weights for a week,
/// allotments for two; 10,000 ETH free; three reports were applied.
abstract contract Allocation is FactoryTest {
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant LOT = 32;

    Authority internal authority;
    Operators__Mock internal operators;
    Bonds__Mock internal bonds;
    Stakes__Mock internal stakes;
    Ledger__Mock internal ledger;
    Votes__Mock internal wrapper;
    Randomness__Mock internal randomness;
    address internal queue = makeAddr("queue");
    StakeAllocator internal allocator;

    function setUp() public virtual {
        vm.warp(START);
        authority = factory.newAuthority(address(this));
        operators = new Operators__Mock();
        bonds = new Bonds__Mock();
        stakes = new Stakes__Mock();
        ledger = new Ledger__Mock();
        wrapper = new Votes__Mock();
        randomness = new Randomness__Mock();
        allocator = factory.newStakeAllocator(IAuthority(address(authority)), sources(), firstParameters());
        authority.grantRole(Roles.DEPOSITOR, address(this));
        authority.grantRole(Roles.PARAMETER_MANAGER, address(this));
        ledger.setBalance(queue, 77 ether);
        giveFreeEther(10_000 ether);
        for (uint256 i = 3; i > 0; --i) ledger.applied(START - i * 1 days);
    }

    function sources() internal view returns (IStakeAllocator.Sources memory) {
        return
            IStakeAllocator.Sources({
                operatorRegistry: IOperatorRegistry(address(operators)),
                validatorRegistry: IValidatorRegistry(address(stakes)),
                ledger: IStakedEther(address(ledger)),
                wrapper: IVotes(address(wrapper)),
                bondVault: IBondVault(address(bonds)),
                withdrawalQueue: IWithdrawalQueue(queue),
                randomness: randomness
            });
    }

    function firstParameters() internal pure returns (IStakeAllocator.Parameters memory) {
        return
            IStakeAllocator.Parameters({
                lotEth: uint32(LOT),
                capBp: 1_000,
                capFloorEth: 320,
                weightLife: 7 days,
                allotmentLife: 14 days
            });
    }

    /// @notice The ledger has this beyond what the queue asks for.
    function giveFreeEther(uint256 amount) internal {
        vm.deal(address(ledger), ledger.balanceOf(queue) + amount);
    }

    function freeEther() internal view returns (uint256) {
        return address(ledger).balance - ledger.balanceOf(queue);
    }

    /// @notice An operator with a bond and no votes, good for 1,000 ETH, refreshed.
    function addOperator(uint256 bondShares) internal returns (uint256 id) {
        id = operators.add(makeAddr(string.concat("manager ", vm.toString(operators.count() + 1))));
        bonds.set(id, bondShares, 1_000);
        allocator.refresh(id);
    }

    /// @notice Waits until the open draw's seed is known, and shows it.
    function settleDraw() internal returns (uint256 winner) {
        return allocator.settle(waitForSeed());
    }

    /// @notice Waits until the open draw's seed is known; the proof of it.
    function waitForSeed() internal returns (bytes memory proof) {
        uint64 round = allocator.draw().round;
        uint256 known = round * randomness.ROUND();
        if (currentTime() < known) vm.warp(known);
        return abi.encode(randomness.seedOf(round));
    }

    /// @notice Waits until a draw may be opened, and opens it.
    function openDraw() internal returns (uint256 drawId) {
        uint256 opensAt = allocator.closedAt() + allocator.OPENING_GAP();
        if (currentTime() < opensAt) vm.warp(opensAt);
        return allocator.open();
    }

    /// @notice A whole draw.
    function drawOnce() internal returns (uint256 winner) {
        openDraw();
        return settleDraw();
    }

    /// @notice Result `i` of the last draw, by the rule in the interface: the weights of all operators laid end to end.
    function resultOf(uint256 i) internal view returns (uint256 id) {
        IStakeAllocator.Draw memory d = allocator.draw();
        bytes32 hash = keccak256(abi.encode(randomness.seedOf(d.round), uint256(d.id), i));
        uint256 count = operators.count();
        uint256 sum = 0;
        for (id = 1; id <= count; ++id) sum += allocator.weightOf(id);
        uint256 point = uint256(hash) % sum;
        for (id = 1; point >= allocator.weightOf(id); ++id) point -= allocator.weightOf(id);
    }
}
