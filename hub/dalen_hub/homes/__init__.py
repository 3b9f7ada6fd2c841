"""The homes of the neighbourhood: how they join, what they can do, how they leave."""
