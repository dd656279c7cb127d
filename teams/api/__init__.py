"""The gate of the API: who calls, for which workspace, may they, and did they call before."""
