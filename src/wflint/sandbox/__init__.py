"""The SDK's sandbox: what it refuses, what it passes through, what it loads."""
