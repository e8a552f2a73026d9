"""The citizens and their Electronic Health Books (Sổ sức khỏe điện tử) as published by the insurer."""
