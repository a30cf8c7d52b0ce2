"""What the HTML page says, in the order it says it: grouped, sorted and worded, so that templates only lay it out."""
