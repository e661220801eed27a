//! Words of voting: the inbox, splitting stake, delegation, the unlock calendar.
#![allow(missing_docs, reason = "each constant is its own documentation: the sentence")]

pub const INBOX: &str = "Not voted on";
pub const INBOX_EMPTY: &str = "No open proposal waits for your stake.";
pub const INBOX_NOTE: &str = "Open proposals without stake of yours. Choose several to split stake over them.";
pub const PROPOSALS_WAITING: &str = "{0}; {1} without stake of yours, {2} over the bar.";
pub const VOTED: &str = "Voted on";
pub const VOTED_EMPTY: &str = "None of your stake is on an open proposal.";

pub const SPLIT: &str = "Split my stake";
pub const SPLIT_ADD: &str = "Add a proposal";
pub const SPLIT_AMOUNT: &str = "All that shall stand there";
pub const SPLIT_CHOOSE: &str = "Choose proposals above to put stake on several at once.";
pub const SPLIT_EMPTY: &str = "Choose at least one open proposal.";
pub const SPLIT_LINK: &str = "Split my stake over several proposals";
pub const SPLIT_LONG: &str = "{0} steps are too many for one signature; {1} are the most.";
pub const SPLIT_NOTE: &str = "Several proposals, one signature: all of it happens, or none.";
pub const SPLIT_NOTHING: &str = "Nothing would change.";
pub const SPLIT_PANEL: &str = "Sign the split";
pub const SPLIT_PICK: &str = "Split stake over proposal {0}";
pub const SPLIT_REMOVE: &str = "Take it out";
pub const SPLIT_SUM: &str = "{0} of the {1} you could put on these.";
pub const SPLIT_TWICE: &str = "Proposal {0} is named twice.";
pub const SPLIT_WHAT: &str =
    "Releases come first, so that what becomes free can move; what is missing is staked in the same step.";

pub const AS_DELEGATE: &str = "As a delegate";
pub const CLAW_AND_VOTE: &str = "Claw it back and vote with it in the same signature";
pub const DELEGATED_ABOUT: &str = "Stake of others that you may allocate to proposals of this class";
pub const DELEGATED_AWAY: &str = "You let someone allocate {0} of yours to {1} proposals; {2} of it is allocated. By";
pub const DELEGATED_TO_YOU: &str =
    "Others let you allocate {0} to it. Each keeps its stake and can take it back at any time.";
pub const SHARE: &str = "Share of each delegation";
pub const SHARE_HINT: &str = "The same share of everybody’s stake.";
pub const SHARE_WRONG: &str = "Type a share above 0 and up to 100 per cent, at most four decimals.";
pub const WITHDRAW_IT: &str = "Withdraw the proposal";
pub const WITHDRAW_LATE: &str = "Someone else has put stake on it; it can no longer be withdrawn.";
pub const WITHDRAW_WHAT: &str = "Possible while nobody else has put stake on it. The deposit returns.";
pub const YOUR_PROPOSAL: &str = "It is your proposal: withdraw it";

pub const ALLOCATED_OF_IT: &str = "Allocated of it";
pub const BOUND_ALLOCATED: &str = "allocated {0}";
pub const BOUND_BY: &str = "Bound by";
pub const BOUND_DELEGATED: &str = "delegated for the {0} class to";
pub const BOUND_DEPOSIT: &str = "deposit of";
pub const BOUND_STAKED: &str = "stake that nothing else binds";
pub const BOUND_UNSTAKING: &str = "on its way back";
pub const CALENDAR: &str = "Unlock calendar";
pub const CALENDAR_ABOUT: &str = "Earliest, if its owner acts now";
pub const CALENDAR_EMPTY: &str = "None of its ZRA is bound.";
pub const CALENDAR_HOW: &str = "from what binds it and the unstake delay in force";
pub const CALENDAR_NOTE: &str = "When each part can be free if its owner acts now, soonest first.";
pub const CLAW_NOTHING: &str = "Nothing of the {0} class is delegated.";
pub const DELEGATE: &str = "Delegate";
pub const DELEGATE_CLAW: &str = "claw back";
pub const DELEGATE_FORM: &str = "Delegate stake";
pub const DELEGATE_FORM_NOTE: &str = "By class of proposals. It stays yours, and you can take it back at any time.";
pub const DELEGATE_HINT: &str =
    "The new amount, not what is added. What is not staked yet is staked in the same transaction.";
pub const DELEGATE_MAKE: &str = "delegate";
pub const DELEGATE_MODULE: &str = "That is a module’s address; a delegate signs with a key.";
pub const DELEGATE_PANEL: &str = "Sign a delegation";
pub const WHY_DELEGATE: &str = "Type the delegate’s address.";
pub const DELEGATE_RESIGN: &str = "resign";
pub const DELEGATE_SELF: &str = "That is your own address.";
pub const DELEGATION_ABOUT: &str = "A delegation in the chain’s state";
pub const DELEGATIONS: &str = "Delegations";
pub const DELEGATIONS_EMPTY: &str = "It lets nobody allocate its stake.";
pub const DELEGATIONS_NOTE: &str = "Who may allocate its stake, by class.";
pub const DELEGATOR: &str = "Delegator";
pub const DELEGATORS: &str = "Delegators";
pub const DELEGATORS_NOTE: &str = "Who lets it allocate stake.";
pub const FREE_AT: &str = "Free";
pub const FREE_NOW: &str = "now";

/// What each deed of the delegation form does: its key, our words.
pub const DELEGATE_NOTES: &[(&str, &str)] = &[
    ("make", "A delegate may put it on proposals of one class. A delegate cannot pass it on."),
    ("claw", "Takes all of it back at once. What the delegate put on proposals leaves with its conviction."),
    ("resign", "Everybody who delegated to you in this class has their stake back."),
];
