//! Words of the journal, of its file and of builders.
