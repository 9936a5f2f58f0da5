// Show the names that lie wholly in the frame and on no other name, for the frame as it is now.
// `names` holds, for every label, its renderer and where it stands in frames of several widths.
const { inner_width: width, inner_height: height, x_range, y_range, x_scale, y_scale } = fig
if (width && height) {
  const canvas = document.createElement("canvas").getContext("2d")
  canvas.font = font
  const part = (value, { start, end }, scale) =>
    scale.type === "LogScale"
      ? Math.log(value / start) / Math.log(end / start)
      : (value - start) / (end - start)
  const number = Math.max(widths.findLastIndex((least) => least <= width), 0)
  const taken = []
  names.forEach((label, i) => {
    const place = places[i][number]
    let fits = false
    if (place && curves[i].visible) {
      const [x, y, dx, dy, align] = place
      const long = canvas.measureText(label.text).width
      const left = part(x, x_range, x_scale) * width + dx - { left: 0, right: long, center: long / 2 }[align]
      const bottom = part(y, y_range, y_scale) * height + dy - size / 2
      const box = [left, bottom, left + long, bottom + size]
      fits = box[0] >= 0 && box[1] >= 0 && box[2] <= width && box[3] <= height
        && !taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])
      if (fits) {
        taken.push(box)
        label.setv({ x, y, x_offset: dx, y_offset: dy, text_align: align })
      }
    }
    label.visible = fits
  })
}
