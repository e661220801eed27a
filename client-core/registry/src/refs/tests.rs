//! Tags, followers, and what happens at a follower's next call.
