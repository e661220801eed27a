//! Composes the rooms: a transaction on a view gives an outcome; block hooks; genesis.
