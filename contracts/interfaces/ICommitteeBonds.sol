// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title ICommitteeBonds
/// @notice Who the members of the committee are, and what each has at stake: shares of kETH, which keep earning. A member is
/// an id for ever; who owns it may change, in two steps. A bond is locked from its first deposit on, until the committee
/// says that its member has left, and for `UNLOCK_DELAY` after that. What is burnt drips to all holders.
interface ICommitteeBonds {
    /* TYPES */

    /// @notice A member and its bond.
    /// @param owner Who sets its key, and takes the bond. @param unlocksAt When the bond is free (seconds since 1970); 0
    /// while it is locked. @param isForfeited Whether it was burnt: such a member never comes back.
    /// @param proposedOwner Who may become the owner; zero for nobody. @param shares The bond, in shares.
    struct Member {
        address owner;
        uint48 unlocksAt;
        bool isForfeited;
        address proposedOwner;
        uint96 shares;
    }

    /* EVENTS */

    /// @notice There is a new member, without a bond and without weight.
    event MemberRegistered(uint256 indexed memberId, address indexed owner);
    /// @notice Someone may become the owner of a member; zero for nobody any more.
    event OwnerProposed(uint256 indexed memberId, address indexed proposedOwner);
    /// @notice A member has another owner.
    event OwnerChanged(uint256 indexed memberId, address indexed oldOwner, address indexed newOwner);
    /// @notice Shares were added to a bond.
    event BondDeposited(uint256 indexed memberId, address indexed from, uint256 shares);
    /// @notice A bond that was free, or to be free, is locked again.
    event BondBound(uint256 indexed memberId);
    /// @notice A bond is free from `unlocksAt` on (seconds since 1970).
    event BondReleased(uint256 indexed memberId, uint256 unlocksAt);
    /// @notice The owner took shares.
    event BondWithdrawn(uint256 indexed memberId, address indexed to, uint256 shares);
    /// @notice A bond was burnt (shares, and what they were worth in wei), but for the prover's bounty (shares).
    event BondForfeited(
        uint256 indexed memberId,
        address indexed prover,
        uint256 burnt,
        uint256 amount,
        uint256 bounty
    );

    /* ERRORS */

    /// @notice There is no such member.
    error UnknownMember(uint256 memberId);
    /// @notice The caller does not own the member.
    error NotTheOwner(uint256 memberId, address caller);
    /// @notice Nobody proposed the caller as owner.
    error NotTheProposedOwner(uint256 memberId, address caller);
    /// @notice A deposit of nothing.
    error ZeroShares();
    /// @notice The bond is locked until then (seconds since 1970); 0 for no known end.
    error BondLocked(uint256 memberId, uint256 unlocksAt);
    /// @notice The bond has fewer shares.
    error BondExceeded(uint256 memberId, uint256 shares, uint256 bond);
    /// @notice The bond is free already, or will be (seconds since 1970).
    error BondNotLocked(uint256 memberId, uint256 unlocksAt);
    /// @notice The bond was burnt: it is no member's any more.
    error MemberForfeited(uint256 memberId);
    /// @notice Nobody leaves in the past (seconds since 1970).
    error LeftInThePast(uint256 leftAt, uint256 time);

    /* ANYONE */

    /// @notice Makes a member that `owner` owns. Anyone may: governance alone gives weight.
    function register(address owner) external returns (uint256 memberId);

    /// @notice Stakes the ether sent for a member's bond. Returns the shares, rounded down. Not for a forfeited one
    /// (`MemberForfeited`), nor below.
    function deposit(uint256 memberId) external payable returns (uint256 shares);

    /// @notice Adds shares of the caller, against its allowance in the ledger, to a member's bond.
    function depositShares(uint256 memberId, uint256 shares) external;

    /* OWNERS */

    /// @notice Proposes another owner, in place of whoever was proposed before; zero takes it back. Caller: the owner.
    function proposeOwner(uint256 memberId, address owner) external;

    /// @notice Makes the caller the owner. Caller: whom the owner proposed.
    function acceptOwner(uint256 memberId) external;

    /// @notice Sends shares of a bond that is free. Caller: the owner.
    function withdraw(uint256 memberId, uint256 shares, address to) external;

    /* BRAINS */

    /// @notice Locks a bond, also one that was to be free. Caller: `COMMITTEE`.
    function bind(uint256 memberId) external;

    /// @notice Lets a bond be free `UNLOCK_DELAY` after its member has left. Caller: `COMMITTEE`.
    /// @param leftAt From when on the member has no weight, seconds since 1970; not in the past.
    function release(uint256 memberId, uint256 leftAt) external;

    /// @notice Burns a bond, locked or not, but for the bounty (`BOUNTY_BP`), which the prover gets. Once for each member.
    /// Caller: `COMMITTEE_JUDGE`.
    /// @return burnt Shares burnt. @return bounty Shares for the prover, rounded down.
    function forfeit(uint256 memberId, address prover) external returns (uint256 burnt, uint256 bounty);

    /* VIEWS */

    /// @notice A member and its bond.
    function memberOf(uint256 memberId) external view returns (Member memory);

    /// @notice Owner of a member.
    function ownerOf(uint256 memberId) external view returns (address);

    /// @notice What a bond is worth, in wei, rounded down.
    function worthOf(uint256 memberId) external view returns (uint256);

    /// @notice How many members were ever registered; ids begin with 1.
    function memberCount() external view returns (uint256);

    /// @notice Time from a member's leaving to the end of its lock, in seconds.
    function UNLOCK_DELAY() external view returns (uint256);

    /// @notice The prover's part of a burnt bond, in 1/10,000.
    function BOUNTY_BP() external view returns (uint256);
}
