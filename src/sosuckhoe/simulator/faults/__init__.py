"""What the fault desk can do to a call: named scenarios, who they strike, and how."""
