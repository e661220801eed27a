//! Words of fleets: tags, followers, notices.
