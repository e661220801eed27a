//! Clusters, serial lane and ordered merge over a Pipelines trait.
