//! Certificates and header checks.
