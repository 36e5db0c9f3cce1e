//! HTTP: one action a file; the route tables are beside them.
