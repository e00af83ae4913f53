// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Authority} from "../../contracts/access/Authority.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IAccounting} from "../../contracts/interfaces/IAccounting.sol";
import {IAuthority} from "../../contracts/interfaces/IAuthority.sol";
import {IBeaconDepositor} from "../../contracts/interfaces/IBeaconDepositor.sol";
import {ICommitteeBonds} from "../../contracts/interfaces/ICommitteeBonds.sol";
import {IDepositContract} from "../../contracts/interfaces/IDepositContract.sol";
import {IOracleCommittee} from "../../contracts/interfaces/IOracleCommittee.sol";
import {IKeeperBudget} from "../../contracts/interfaces/IKeeperBudget.sol";
import {IRewardDistributor} from "../../contracts/interfaces/IRewardDistributor.sol";
import {IInstantExit} from "../../contracts/interfaces/IInstantExit.sol";
import {ISlashingOracle} from "../../contracts/interfaces/ISlashingOracle.sol";
import {IStakeAllocator} from "../../contracts/interfaces/IStakeAllocator.sol";
import {IReportLimits} from "../../contracts/interfaces/IReportLimits.sol";
import {IReportOracle} from "../../contracts/interfaces/IReportOracle.sol";
import {IStakedEther} from "../../contracts/interfaces/IStakedEther.sol";
import {BeaconDepositor} from "../../contracts/operators/BeaconDepositor.sol";
import {OperatorRegistry} from "../../contracts/operators/OperatorRegistry.sol";
import {StakeAllocator} from "../../contracts/operators/StakeAllocator.sol";
import {ValidatorRegistry} from "../../contracts/operators/ValidatorRegistry.sol";
import {OracleCommittee} from "../../contracts/oracle/OracleCommittee.sol";
import {ReportOracle} from "../../contracts/oracle/ReportOracle.sol";
import {StakedEther} from "../../contracts/token/StakedEther.sol";
import {WrappedStakedEther} from "../../contracts/token/WrappedStakedEther.sol";
import {BondVault} from "../../contracts/vaults/BondVault.sol";
import {InsuranceReserve} from "../../contracts/vaults/InsuranceReserve.sol";
import {KeeperBudget} from "../../contracts/vaults/KeeperBudget.sol";
import {RewardDistributor} from "../../contracts/vaults/RewardDistributor.sol";
import {RewardsVault} from "../../contracts/vaults/RewardsVault.sol";
import {WithdrawalVault} from "../../contracts/vaults/WithdrawalVault.sol";
import {InstantExit} from "../../contracts/withdrawals/InstantExit.sol";
import {WithdrawalQueue} from "../../contracts/withdrawals/WithdrawalQueue.sol";
import {Report} from "../../contracts/types/Report.sol";
import {Accounting__Harness} from "../harness/Accounting__Harness.sol";
import {CommitteeBonds__Mock} from "../mocks/CommitteeBonds__Mock.sol";
import {Randomness__Mock} from "../mocks/Randomness__Mock.sol";
import {FactoryTest} from "./FactoryTest.sol";

/// @notice The whole protocol, deployed in the order of its graph around the official deposit contract and the
/// EIP-4788 contract. The test contract is `admin` and holds every role of governance; `reporter` may book reports
/// straight into the accounting, without the oracle's door. Draws have seeds of a double, and one lot is more than any test
/// deposits. The committee's bonds are a double's too, so that the pool begins with its seed alone.
abstract contract Protocol is FactoryTest {
    address internal constant DEPOSIT_CONTRACT = 0x00000000219ab540356cBB839Cbe05303d7705Fa;
    address internal constant BEACON_ROOTS = 0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02;
    uint256 internal constant GENESIS_TIME = 1_700_000_000;
    uint256 internal constant SECONDS_PER_SLOT = 12;
    uint256 internal constant SLOTS_PER_EPOCH = 32;
    uint256 internal constant SLOTS_PER_FRAME = 225 * SLOTS_PER_EPOCH;
    uint256 internal constant FRAME_SECONDS = SLOTS_PER_FRAME * SECONDS_PER_SLOT;
    uint256 internal constant FIRST_FRAME = 100;
    uint256 internal constant COOLDOWN = 7 days;
    /// @dev In 1e-9 shares.
    uint256 internal constant MAX_REQUEST = 20_000e9;
    uint256 internal constant SEED = 1 ether;
    uint256 internal constant FEE_BP = 1_000;
    uint256 internal constant MEMBERS = 9;
    uint256 internal constant MIN_MEMBER_BOND = 32 ether;
    uint256 internal constant PREDEPOSIT_DEADLINE = 60 days;
    uint256 internal constant BOND_RATIO_BP = 500;
    uint256 internal constant CURATED_BOND_RATIO_BP = 320;
    /// @dev Longer than a weight lives.
    uint256 internal constant CLAIM_DELAY = 91 days;
    uint256 internal constant LOT_ETH = 8_192;
    uint256 internal constant COVER_DELAY = 36 days;

    Authority internal authority;
    OperatorRegistry internal operatorRegistry;
    ValidatorRegistry internal validatorRegistry;
    WithdrawalVault internal withdrawalVault;
    RewardsVault internal rewardsVault;
    StakedEther internal ledger;
    WrappedStakedEther internal wrapper;
    BondVault internal bonds;
    WithdrawalQueue internal queue;
    InsuranceReserve internal insuranceReserve;
    KeeperBudget internal keeperBudget;
    RewardDistributor internal distributor;
    OracleCommittee internal committee;
    Accounting__Harness internal accounting;
    ReportOracle internal oracle;
    Randomness__Mock internal randomness;
    StakeAllocator internal allocator;
    BeaconDepositor internal depositor;
    InstantExit internal instantExit;

    address internal reporter = makeAddr("reporter");
    address internal treasury = makeAddr("treasury");
    /// @dev Members of the committee in ascending order of address, with their keys.
    address[] internal members;
    uint256[] internal memberKeys;

    function setUp() public virtual {
        deployProtocol();
    }

    /* DEPLOYMENT */

    function deployProtocol() internal {
        vm.warp(GENESIS_TIME + FIRST_FRAME * FRAME_SECONDS + 1 hours);
        vm.deal(address(this), 1_000_000 ether);
        installSystemContract(DEPOSIT_CONTRACT, "deposit");
        installSystemContract(BEACON_ROOTS, "beaconRoots");
        makeMembers();

        authority = factory.newAuthority(address(this));
        IAuthority a = IAuthority(address(authority));
        operatorRegistry = factory.newOperatorRegistry(a);
        validatorRegistry = factory.newValidatorRegistry(a, operatorRegistry, PREDEPOSIT_DEADLINE);
        withdrawalVault = factory.newWithdrawalVault(a);
        rewardsVault = factory.newRewardsVault(a);
        ledger = factory.newStakedEther{value: SEED}(
            a,
            IDepositContract(DEPOSIT_CONTRACT),
            validatorRegistry,
            withdrawalVault,
            rewardsVault,
            ledgerParameters()
        );
        wrapper = factory.newWrappedStakedEther(ledger);
        bonds = factory.newBondVault(
            a,
            ledger,
            wrapper,
            operatorRegistry,
            validatorRegistry,
            BOND_RATIO_BP,
            CURATED_BOND_RATIO_BP,
            CLAIM_DELAY
        );
        queue = factory.newWithdrawalQueue(a, ledger, wrapper, MAX_REQUEST, 1 hours, firstCooldown());
        insuranceReserve = factory.newInsuranceReserve(a, ledger, bonds, COVER_DELAY);
        keeperBudget = factory.newKeeperBudget(a, ledger, 0.3 ether, 1 ether, jobBudgets());
        distributor = factory.newRewardDistributor(
            a,
            ledger,
            operatorRegistry,
            insuranceReserve,
            keeperBudget,
            treasury,
            feeParts()
        );
        committee = factory.newOracleCommittee(
            a,
            ICommitteeBonds(address(new CommitteeBonds__Mock())),
            GENESIS_TIME,
            SECONDS_PER_SLOT,
            FRAME_SECONDS,
            MIN_MEMBER_BOND,
            equalSeats()
        );
        accounting = factory.newAccounting(
            a,
            ledger,
            queue,
            distributor,
            accountingParameters(),
            reportLimits()
        );
        oracle = makeReportOracle(oracleParameters());
        randomness = new Randomness__Mock();
        allocator = factory.newStakeAllocator(
            a,
            IStakeAllocator.Sources({
                operatorRegistry: operatorRegistry,
                validatorRegistry: validatorRegistry,
                ledger: ledger,
                wrapper: wrapper,
                bondVault: bonds,
                withdrawalQueue: queue,
                randomness: randomness
            }),
            allocationParameters()
        );
        depositor = makeDepositor(allocator, depositorParameters());
        instantExit = factory.newInstantExit(a, ledger, wrapper, queue, instantParameters());

        authority.grantRole(Roles.LEDGER, address(ledger));
        authority.grantRole(Roles.WITHDRAWAL_QUEUE, address(queue));
        authority.grantRole(Roles.WITHDRAWAL_QUEUE, address(instantExit));
        authority.grantRole(Roles.DEPOSITOR, address(depositor));
        authority.grantRole(Roles.ACCOUNTING, address(accounting));
        authority.grantRole(Roles.ACCOUNTING, address(oracle));
        authority.grantRole(Roles.REPORTER, reporter);
        authority.grantRole(Roles.OPERATOR_JUDGE, address(allocator));
        authority.grantRole(Roles.BOND_VAULT, address(bonds));
        authority.grantRole(Roles.SHARE_BURNER, address(bonds));
        authority.grantRole(Roles.SHARE_BURNER, address(distributor));
        authority.grantRole(Roles.SHARE_BURNER, address(insuranceReserve));
        authority.grantRole(Roles.SHARE_BURNER, address(instantExit));
        authority.grantRole(Roles.CLOSED_ACCOUNT, address(wrapper));
        authority.grantRole(Roles.CLOSED_ACCOUNT, address(queue));
        ledger.closeAccount(address(wrapper));
        ledger.closeAccount(address(queue));
        authority.grantRole(Roles.REPORT_RESOLVER, address(this));
        authority.grantRole(Roles.COMMITTEE_MANAGER, address(this));
        authority.grantRole(Roles.OPERATOR_MANAGER, address(this));
        authority.grantRole(Roles.PARAMETER_MANAGER, address(this));
        authority.grantRole(Roles.PAUSER, address(this));
        authority.grantRole(Roles.RESUMER, address(this));
    }

    function ledgerParameters() internal pure virtual returns (IStakedEther.Parameters memory) {
        return
            IStakedEther.Parameters({
                genesisTime: uint64(GENESIS_TIME),
                frameSeconds: uint32(FRAME_SECONDS),
                maxDepositPerFrameGwei: 50_000e9,
                maxGainBpPerYear: 5_000,
                maxFeeBp: 2_000,
                maxDripBpPerYear: 1_000
            });
    }

    function accountingParameters() internal pure returns (IAccounting.AccountingParameters memory) {
        return IAccounting.AccountingParameters({feeBp: FEE_BP, minCollect: 1 ether});
    }

    function reportLimits() internal pure returns (IReportLimits.Limits memory) {
        return
            IReportLimits.Limits({
                gainBpPerYear: 1_500,
                lossBpPerFrame: 500,
                lossBpPerWindow: 5_000,
                appearedPerFrame: 100,
                exitedPerFrame: 100
            });
    }

    function oracleParameters() internal pure returns (IReportOracle.Parameters memory) {
        return
            IReportOracle.Parameters({
                slotsPerEpoch: SLOTS_PER_EPOCH,
                secondsPerSlot: SECONDS_PER_SLOT,
                silenceFrames: 3,
                payGas: 250_000,
                payRise: 2 hours,
                maxBaseFee: 100 gwei
            });
    }

    function makeReportOracle(IReportOracle.Parameters memory p) internal returns (ReportOracle) {
        return
            factory.newReportOracle(
                IAuthority(address(authority)),
                ledger,
                queue,
                distributor,
                committee,
                accountingParameters(),
                reportLimits(),
                p
            );
    }

    /// @notice A quarter of fees to the treasury, and none to the reserve and keepers, unless a test asks for it.
    function feeParts() internal pure virtual returns (IRewardDistributor.Parts memory) {
        return IRewardDistributor.Parts({treasuryBp: 2_500, reserveBp: 0, keepersBp: 0});
    }

    /// @notice No job is paid, unless a test asks for it.
    function jobBudgets() internal pure virtual returns (IKeeperBudget.JobBudget[] memory) {
        return new IKeeperBudget.JobBudget[](0);
    }

    /// @notice No class is checked, unless a test asks for it: most tests' signatures are none.
    /// @notice A depositor that spends what `drawn` says; roles are given apart.
    function makeDepositor(
        IStakeAllocator drawn,
        IBeaconDepositor.Parameters memory p
    ) internal returns (BeaconDepositor) {
        return
            factory.newBeaconDepositor(
                IAuthority(address(authority)),
                ledger,
                validatorRegistry,
                operatorRegistry,
                queue,
                bonds,
                drawn,
                p
            );
    }

    function depositorParameters() internal pure virtual returns (IBeaconDepositor.Parameters memory) {
        return
            IBeaconDepositor.Parameters({
                genesisForkVersion: 0x00000001,
                checksCurated: false,
                checksOthers: false,
                credentialsPrefix: 0x02
            });
    }

    function slashingParameters() internal pure returns (ISlashingOracle.Parameters memory) {
        return
            ISlashingOracle.Parameters({
                penaltyQuotient: 4_096,
                provisionBp: 200,
                bountyBp: 1_000,
                foreignFine: 0.5 ether,
                foreignBounty: 0.1 ether,
                slashingsVector: 8_192,
                genesisForkVersion: 0x00000001
            });
    }

    function allocationParameters() internal pure virtual returns (IStakeAllocator.Parameters memory) {
        return
            IStakeAllocator.Parameters({
                lotEth: uint32(LOT_ETH),
                capBp: 5_000,
                capFloorEth: 131_072,
                weightLife: 90 days,
                allotmentLife: 180 days
            });
    }

    function firstCooldown() internal pure virtual returns (uint256) {
        return COOLDOWN;
    }

    function instantParameters() internal pure virtual returns (IInstantExit.Parameters memory) {
        return IInstantExit.Parameters({bucketBp: 100, baseFeeBp: 10, slopeBp: 100});
    }

    function installSystemContract(address at, string memory name) internal {
        string memory json = vm.readFile("test/fixtures/generated/system-contracts.json");
        vm.etch(at, vm.parseJsonBytes(json, string.concat("$.", name, ".code")));
        bytes32[] memory slots = vm.parseJsonBytes32Array(json, string.concat("$.", name, ".slots"));
        bytes32[] memory values = vm.parseJsonBytes32Array(json, string.concat("$.", name, ".values"));
        for (uint256 i = 0; i < slots.length; ++i) vm.store(at, slots[i], values[i]);
    }

    function makeMembers() internal {
        for (uint256 i = 0; i < MEMBERS; ++i) {
            (address member, uint256 key) = makeAddrAndKey(string.concat("member ", vm.toString(i)));
            members.push(member);
            memberKeys.push(key);
        }
        for (uint256 i = 1; i < MEMBERS; ++i) {
            for (uint256 j = i; j > 0 && members[j] < members[j - 1]; --j) {
                (members[j], members[j - 1]) = (members[j - 1], members[j]);
                (memberKeys[j], memberKeys[j - 1]) = (memberKeys[j - 1], memberKeys[j]);
            }
        }
    }

    /// @notice The members by their places: the first has the id 1.
    function equalSeats() internal view returns (IOracleCommittee.Seat[] memory seats) {
        seats = new IOracleCommittee.Seat[](members.length);
        for (uint256 i = 0; i < seats.length; ++i) seats[i] = IOracleCommittee.Seat(i + 1, members[i], 1);
    }

    /* REPORTS */

    /// @notice Frame boundary that the clock has passed last.
    function currentFrame() internal view returns (uint256) {
        return (vm.getBlockTimestamp() - GENESIS_TIME) / FRAME_SECONDS;
    }

    /// @notice Moves the clock an hour past the next frame boundary and returns that frame.
    function nextFrame() internal returns (uint256 frame) {
        frame = currentFrame() + 1;
        vm.warp(GENESIS_TIME + frame * FRAME_SECONDS + 1 hours);
    }

    /// @notice A report in which nothing happened: our balance is what was deposited, less `lossGwei`, plus `gainGwei`,
    /// on top of what the books say.
    function neutralReport(uint256 frame) internal view returns (Report memory r) {
        IStakedEther.Books memory b = ledger.booksAt(frame);
        r.refSlot = uint64(frame * SLOTS_PER_FRAME);
        r.withdrawalsReceived = uint128(address(withdrawalVault).balance + b.sweptWithdrawals);
        r.rewardsReceived = uint128(address(rewardsVault).balance + b.sweptRewards);
        int256 balance = b.profit +
            int256(b.depositedGwei * 1 gwei) -
            int256(uint256(r.withdrawalsReceived) + r.rewardsReceived);
        r.beaconBalanceGwei = balance > 0 ? uint64(uint256(balance) / 1 gwei) : 0;
    }

    /// @notice Books a report through the accounting, as the oracle would.
    function book(Report memory r) internal {
        vm.prank(reporter);
        accounting.book(r, r.refSlot / SLOTS_PER_FRAME, GENESIS_TIME + r.refSlot * SECONDS_PER_SLOT);
    }

    /// @notice Goes to the next frame and books a report with a gain (or loss) of `changeGwei` on the beacon chain.
    /// The beacon balance must cover a loss: deposit first.
    function report(int256 changeGwei) internal returns (Report memory r) {
        r = neutralReport(nextFrame());
        r.beaconBalanceGwei = uint64(uint256(int256(uint256(r.beaconBalanceGwei)) + changeGwei));
        book(r);
    }

    /// @notice Sends priority fees to the rewards vault and books them in the next frame's report.
    function reportRewards(uint256 amount) internal returns (Report memory r) {
        Report memory quiet = neutralReport(nextFrame());
        vm.deal(address(rewardsVault), address(rewardsVault).balance + amount);
        quiet.rewardsReceived += uint128(amount);
        book(quiet);
        r = quiet;
    }

    /* ACTORS */

    /// @notice An operator with `manager` as its manager and reward address, a bond of `bond` wei, and with it an allotment.
    function makeOperator(address manager, uint256 bond) internal returns (uint256 operatorId) {
        vm.prank(manager);
        operatorId = operatorRegistry.register(manager, 1_000);
        if (bond == 0) return operatorId;
        bonds.deposit{value: bond}(operatorId);
        allot(operatorId);
    }

    /// @notice An operator with a bond wins a draw for `LOT_ETH`, whatever its bond backs and whatever ether there is, so
    /// that a test meets the limit that it is about. No time passes.
    function allot(uint256 operatorId) internal {
        uint256 time = vm.getBlockTimestamp();
        uint256 held = address(ledger).balance;
        vm.deal(address(ledger), 10_000_000 ether);
        vm.mockCall(
            address(bonds),
            abi.encodeCall(bonds.capacityOf, (operatorId)),
            abi.encode(type(uint32).max)
        );
        // after the last report, and after the end of the last draw
        uint256 opensAt = allocator.closedAt() + allocator.OPENING_GAP();
        vm.warp(opensAt > time ? opensAt : time + 1);
        allocator.refresh(operatorId);
        allocator.open();
        uint64 round = allocator.draw().round;
        randomness.tell(round, seedFor(operatorId));
        vm.warp(round * randomness.ROUND());
        allocator.settle(abi.encode(randomness.seedOf(round)));
        vm.clearMockedCalls();
        vm.deal(address(ledger), held);
        vm.warp(time);
    }

    /// @notice A seed by which the open draw's first result is `operatorId`, which has a weight.
    function seedFor(uint256 operatorId) internal view returns (bytes32 seed) {
        uint256 from = 0;
        for (uint256 id = 1; id < operatorId; ++id) from += allocator.weightOf(id);
        uint256 to = from + allocator.weightOf(operatorId);
        uint256 total = allocator.totalWeight();
        uint256 drawId = allocator.draw().id;
        uint256 point = total;
        for (uint256 i = 1; point < from || point >= to; ++i) {
            seed = bytes32(i);
            point = uint256(keccak256(abi.encode(seed, drawId, 0))) % total;
        }
    }

    /// @notice An operator's manager asks for shares of its bond, waits, and takes them.
    function claimBond(uint256 operatorId, uint256 shares) internal {
        address manager_ = operatorRegistry.managerOf(operatorId);
        vm.startPrank(manager_);
        bonds.requestClaim(operatorId, shares);
        skipTime(CLAIM_DELAY);
        bonds.claim(operatorId, manager_);
        vm.stopPrank();
    }

    /// @notice An account that has staked `amount`.
    function makeStaker(string memory name, uint256 amount) internal returns (address staker) {
        staker = makeRichAddr(name, amount);
        vm.prank(staker);
        ledger.stake{value: amount}(address(0));
    }
}
