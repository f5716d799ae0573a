"""The ground floor: where the warehouse is, how it is opened, how rows land, how readers get a snapshot."""
