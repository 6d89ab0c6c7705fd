"""Order processing: from a shopping cart to a parcel at the door."""
