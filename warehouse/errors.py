"""Everything that can go wrong with a warehouse, each with its fix, as one tree of errors.

::

    WarehouseError
    ├── WarehouseMissing      nothing is published yet
    │   └── SnapshotPruned    that version is no longer kept
    ├── WarehouseLost         the file is gone although its snapshots exist
    ├── WarehouseBusy         another process holds the file for longer than we wait
    ├── WarehouseDamaged      not a DuckDB file, or a corrupt one
    ├── WarehouseTooNew       written by a newer DuckDB, or by a newer gb-renewables
    ├── LakeUnavailable       the catalogue or data of a lake, or DuckDB's extension for it, cannot be reached
    ├── DiskNearlyFull        no room for the write and its snapshot
    ├── SettingsUnreadable    a `.env` file that is not text, or an unknown value of RENEWABLES_ENV_FILES
    ├── HomeNotWritable       the system does not let us write a file or folder of the home
    ├── PlantedLink           a symbolic link where a file should be written: nothing is written through it
    ├── SnapshotNotWritten    what landed could not be copied for readers
    ├── LandingRefused        a frame that does not fit its table, or keys that would not be unique
    └── MixedSources          synthetic rows into real ones, or the reverse
"""

SECRET_IN_VALUE = "secret_in_value"  # noqa: S105 (the name of a kind of error)
"The type of the error for a value of a setting that must not be shown."


class WarehouseError(Exception):
    """The base of all warehouse errors; `str()` gives one sentence for the user, including the fix."""


class WarehouseMissing(WarehouseError):
    """Nothing is published yet."""


class SnapshotPruned(WarehouseMissing):
    """The requested version is no longer kept."""


class WarehouseLost(WarehouseError):
    """The warehouse file is gone although its snapshots exist."""


class WarehouseBusy(WarehouseError):
    """Another process holds the file for longer than we wait."""


class WarehouseDamaged(WarehouseError):
    """The file is corrupt or is not a DuckDB file."""


class WarehouseTooNew(WarehouseError):
    """The file was written by a newer DuckDB or a newer gb-renewables."""


class LakeUnavailable(WarehouseError):
    """The catalogue or the data of a lake, or DuckDB's extension for it, cannot be reached."""


class DiskNearlyFull(WarehouseError):
    """The disk lacks room for the write and its snapshot."""


class SettingsUnreadable(WarehouseError):
    """A `.env` file is not text, or RENEWABLES_ENV_FILES has an unknown value."""


class HomeNotWritable(WarehouseError):
    """The system does not let us write a file or folder of the home."""


class PlantedLink(WarehouseError):
    """A symbolic link is where a file should be written."""


class SnapshotNotWritten(WarehouseError):
    """The landed data could not be copied for readers."""


class LandingRefused(WarehouseError):
    """A frame does not fit its table, or keys would not be unique."""


class MixedSources(WarehouseError):
    """Synthetic rows would be mixed with real ones."""
