//! Sums of many multiples of BN254 points, made for 32-bit machines such as a browser's.
#![no_std]
