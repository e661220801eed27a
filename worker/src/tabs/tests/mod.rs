//! The protocol between tabs, against a browser that delays, kills, freezes and takes locks away.

mod browser;
mod node;
mod parts;
mod schedules;
mod stories;
