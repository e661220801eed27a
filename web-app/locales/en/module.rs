//! Words of the module page, its lineage, its deployment.
