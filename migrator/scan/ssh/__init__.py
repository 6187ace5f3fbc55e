"""What all ways of speaking SSH share: settings, host keys, bastions, algorithms, the client's command and log."""
