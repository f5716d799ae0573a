"""The top floor: the read layer and its faces. Imports all below; nobody imports it."""
